"""What operators script: `points` and `verify_ledger`."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from loyalty.core import unsealing, zones
from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry, Wallet
from loyalty.programmes.models import Programme
from members.models import Member
from tests.conftest import NOON
from tests.ledger.doing import earn, redeem

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def programme() -> Programme:
    wallet, _made = Wallet.objects.get_or_create(code="points")
    return Programme.objects.create(
        pk=1, name="Café", time_zone="Europe/Paris", spending_wallet=wallet, created_at=NOON
    )


@pytest.fixture
def ada(account: Account) -> Member:
    return Member.objects.create(
        public_id="mem_ada", holder=account.holder, external_id="1", enrolled_at=NOON
    )


class TestPoints:
    DAY = date(1998, 6, 30)

    @pytest.fixture(autouse=True)
    def _bought_a_year_before(self, programme: Programme, account: Account) -> None:
        zone = programme.zone
        close = zones.end_of_day(day=self.DAY, zone=zone)
        bought = zones.start_of_day(day=self.DAY - timedelta(days=365), zone=zone)
        earn(account, 29, "a", at=bought, until=close)
        earn(account, 71, "b", at=close - timedelta(microseconds=1), until=close + timedelta(9))
        earn(account, 1_000, "c", at=close)

    def test_are_told_as_they_were_at_the_close_of_a_business_day(self):
        assert json.loads(run("points", "--at", "1998-06-30", "--json")) == {
            "at": "1998-06-30",
            "issued": 100,
            "redeemed": 0,
            "expired": 29,
            "removed": 0,
            "outstanding": 71,
        }

    def test_of_members_are_told_by_their_external_id(self, ada: Member):
        stranger = posting.open_holder(at=NOON)
        Member.objects.create(
            public_id="mem_bob", holder=stranger, external_id="2", enrolled_at=NOON
        )

        told = json.loads(run("points", "--at", "1998-06-30", "--json", "--members"))

        assert told["members"] == {"1": 71, "2": 0}

    def test_are_printed_for_people_too(self, ada: Member):
        printed = run("points", "--at", "1998-06-30", "--members").split()

        assert printed == [
            "at", "1998-06-30", "issued", "100", "redeemed", "0", "expired", "29",
            "removed", "0", "outstanding", "71", "1", "71",
        ]  # fmt: skip

    @pytest.mark.parametrize("day", ["yesterday", "1998-02-30"])
    def test_need_a_day(self, day: str):
        with pytest.raises(CommandError, match=r"not a day|invalid"):
            run("points", "--at", day, "--json")


def test_points_need_a_programme():
    with pytest.raises(CommandError, match="setup_programme"):
        run("points", "--at", "1998-06-30", "--json")


class TestVerifyLedger:
    def test_says_that_the_books_are_right(self, account: Account):
        earn(account, 5, "a")
        redeem(account, 2, "b")

        assert json.loads(run("verify_ledger", "--json")) == {
            "accounts": 1,
            "entries": 2,
            "is_sound": True,
            "first_fault": None,
        }
        assert run("verify_ledger") == "2 entries of 1 accounts are right.\n"

    def test_exits_with_1_and_names_the_row(self, account: Account, capsys):
        earn(account, 5, "a")
        connection.check_constraints()
        with unsealing.ledger_unsealed():
            Entry.objects.update(points=6)
            connection.check_constraints()
        out, err = StringIO(), StringIO()

        with pytest.raises(SystemExit) as exit_:
            call_command("verify_ledger", "--json", stdout=out)
        assert exit_.value.code == 1
        assert json.loads(out.getvalue())["first_fault"].startswith(
            f"ledger_entry {Entry.objects.get().pk}:"
        )
        with pytest.raises(SystemExit) as exit_:
            call_command("verify_ledger", stdout=out, stderr=err)
        assert exit_.value.code == 1
        assert err.getvalue().startswith("ledger_entry")
