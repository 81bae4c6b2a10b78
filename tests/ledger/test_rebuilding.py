"""Figures kept for speed are spoilt behind the product's back, and made again."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from loyalty.core import unsealing
from loyalty.ledger import verifying
from loyalty.ledger.models import Account, Entry, Lot
from loyalty.ledger.posting import rebuilding
from tests.conftest import NOON
from tests.ledger.doing import claw_back, days, earn, forgotten, hold, read, redeem, stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(account: Account) -> Account:
    """An account with two lots, a spending, a debt that was repaid and a hold that is open."""
    first = earn(account, 50, "a", until=NOON + days(30))
    redeem(account, 40, "b")
    claw_back(first, 30, "c")
    earn(account, 70, "d", until=NOON + days(9))
    hold(account, 15, "e", lasts=days(1))
    return account


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_ledger", *arguments, stdout=out)
    return out.getvalue()


class TestRebuild:
    def test_leaves_sound_figures_alone(self, lived: Account):
        assert rebuilding.rebuild() == rebuilding.Rebuilt(accounts=1, changes=[])
        assert run() == "1 accounts rebuilt, 0 figures put right.\n"

    def test_puts_every_figure_right(self, lived: Account):
        before, was = stands(lived), read(lived)
        Account.objects.update(
            available=1, held=0, redeemed=0, removed=0, debt=0, issued=1, next_event_at=None
        )
        Lot.objects.update(remaining=1, state="PENDING")

        told = json.loads(run("--json"))

        assert (told["is_sound"], told["accounts"]) == (True, 1)
        assert f"ledger_account {lived.pk}: held 0 → 15" in told["changes"]
        assert stands(lived) == before
        assert read(lived).next_event_at == was.next_event_at == NOON + days(1)
        assert list(Lot.objects.order_by("number").values_list("remaining", "state")) == [
            (0, "ACTIVE"), (35, "ACTIVE"),
        ]  # fmt: skip
        assert verifying.verify().first_fault is None
        assert rebuilding.rebuild().changes == []

    def test_leaves_an_account_that_can_be_used(self, lived: Account):
        Account.objects.update(available=36, issued=121)
        rebuilding.rebuild()

        redeem(forgotten(lived), 35, "z")

        assert read(lived).available == 0
        assert verifying.verify().first_fault is None

    def test_goes_through_more_accounts_than_fit_in_a_chunk(
        self, accounts, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(rebuilding, "_CHUNK", 2)
        for account in accounts(5):
            earn(account, 5, "a")
        Account.objects.update(available=4, issued=4)

        rebuilt = rebuilding.rebuild()

        assert (rebuilt.accounts, len(rebuilt.changes)) == (5, 10)
        assert set(Account.objects.values_list("available", flat=True)) == {5}

    def test_makes_nothing_from_a_book_that_was_tampered_with(self, lived: Account):
        Account.objects.update(available=36, issued=121)
        connection.check_constraints()
        with unsealing.ledger_unsealed():
            Entry.objects.filter(number=1).update(points=51)
            connection.check_constraints()

        with pytest.raises(CommandError, match="broken-book: ledger_entry") as refusal:
            run()

        assert refusal.value.returncode == 2
        assert read(lived).available == 36
