"""Codes go out by the relay: each by itself, and nothing is held while a server is asked."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from loyalty.events import relaying
from loyalty.events.models import OutboxEvent
from loyalty.identity import codes
from members.models import Member
from tests.mailing import offices
from tests.mailing.conftest import make_member


@pytest.fixture
def bob(ada: Member) -> Member:
    """Whose server says: try later."""
    return make_member("later@example.org")


@pytest.fixture
def now() -> datetime:
    """The real moment: what is sent looks whether a code is still good."""
    return timezone.now()


def ask(address: str, *, at: datetime) -> None:
    codes.ask(address=address, origin="192.0.2.1", language="fr", at=at)


class TestCodes:
    def test_go_once_though_another_of_the_same_round_is_refused(
        self,
        ada: Member,
        bob: Member,
        now: datetime,
        settings: Settings,
        mailoutbox: list[EmailMultiAlternatives],
    ):
        settings.EMAIL_BACKEND = f"{offices.HERE}.Troubled"
        for address in ("ada@example.org", "later@example.org", "ada@example.org"):
            ask(address, at=now)

        relaying.relay(at=now)
        relaying.relay(at=now + timedelta(minutes=5))

        assert [mail.to for mail in mailoutbox] == [["ada@example.org"]] * 2
        assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == 2
        waiting = OutboxEvent.objects.get(name=codes.ASKED, relayed_at=None)
        assert (waiting.attempts, waiting.last_error.partition(":")[0]) == (
            2,
            "loyalty.mailing.codes.send_codes",
        )

    def test_hold_no_transaction_while_the_server_is_asked(
        self,
        ada: Member,
        now: datetime,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        mailoutbox: list[EmailMultiAlternatives],
    ):
        held: list[int] = []
        looks: list[Callable[[], None]] = [lambda: held.append(len(connection.savepoint_ids))]
        monkeypatch.setattr(offices.Slow, "before", looks)
        settings.EMAIL_BACKEND = f"{offices.HERE}.Slow"
        ask("ada@example.org", at=now)

        relaying.relay(at=now)

        # The test's own transaction is no savepoint: whatever is open inside it would be one.
        assert (held, len(mailoutbox)) == ([0], 1)
