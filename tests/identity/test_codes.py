"""How many codes are sent: to one address, from one place, and whom that shuts out."""

from datetime import timedelta

import pytest

from loyalty.core import engines
from loyalty.identity import codes
from loyalty.identity.models import EmailedCode
from tests.conftest import NOON
from tests.racing import at_once, read_together

ADA = "ada@example.org"
HOUR = timedelta(hours=1)
CALLS = 12


def ask(origin: str = "192.0.2.1", address: str = ADA, **said: str) -> EmailedCode:
    return codes.ask(address=address, origin=origin, language="fr", at=NOON, **said)


@pytest.mark.django_db
class TestPatience:
    def test_sends_five_an_hour_to_an_address_from_one_place(self):
        for _n in range(5):
            ask()

        with pytest.raises(codes.TooManyCodes):
            ask()

        assert EmailedCode.objects.count() == 5
        codes.ask(address=ADA, origin="192.0.2.1", language="fr", at=NOON + HOUR)

    def test_counts_what_is_sent_again(self):
        code = ask()
        for _n in range(4):
            codes.resend(public_id=code.public_id, at=NOON)

        with pytest.raises(codes.TooManyCodes):
            ask()
        with pytest.raises(codes.TooManyCodes):
            codes.resend(public_id=code.public_id, at=NOON)

        assert EmailedCode.objects.get().sendings == 5

    def test_leaves_the_member_theirs_when_a_stranger_used_up_their_own(self):
        for _n in range(5):
            ask(origin="203.0.113.9")

        assert ask(origin="192.0.2.1").sendings == 1

    def test_sends_thirty_an_hour_to_an_address_from_everywhere(self):
        for n in range(30):
            ask(origin=f"203.0.113.{n // 5}")

        with pytest.raises(codes.TooManyCodes):
            ask()

        assert EmailedCode.objects.count() == 30

    def test_leaves_five_to_a_browser_that_proved_the_address_before(self):
        for n in range(30):
            ask(origin=f"203.0.113.{n // 5}")

        for _n in range(5):
            ask(browser="bro_1")
        with pytest.raises(codes.TooManyCodes):
            ask(browser="bro_1")

        assert EmailedCode.objects.count() == 35

    def test_sends_a_hundred_from_one_place(self):
        for n in range(100):
            ask(address=f"m{n}@example.org")

        with pytest.raises(codes.TooManyCodes):
            ask(address="zoe@example.org")


def race() -> int:
    """Ask twelve times at once, and return how many codes were to be sent."""

    def try_one(_number: int) -> None:
        try:
            ask()
        except codes.TooManyCodes:
            return

    at_once(try_one, calls=CALLS)
    return EmailedCode.objects.count()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestAskingAtOnce:
    def test_sends_five(self):
        assert race() == 5

    def test_would_send_all_without_the_lock(self, monkeypatch: pytest.MonkeyPatch):
        """The control: twelve who have all counted before any has asked find room."""
        together = read_together(codes._check_patience, threads=CALLS)
        monkeypatch.setattr(engines, "lock_name", lambda _name: None)
        monkeypatch.setattr(codes, "_check_patience", together)

        assert race() == CALLS
