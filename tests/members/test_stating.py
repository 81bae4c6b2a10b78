"""A member's statement: by effect, one closing the next one's opening."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import translation

from loyalty.core import zones
from loyalty.ledger import balances
from loyalty.ledger.models import Account
from loyalty.ledger.statements import Standing
from loyalty.programmes import books
from members import purchasing, stating
from members.models import Member
from members.stating import Statement
from tests.conftest import NOON
from tests.members.bringing import LATER, account_of, bring, buy
from tests.members.builders import sale

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def statement_of(member: Member, first: date, last: date, *, at: datetime = LATER) -> Statement:
    return stating.get_statement(
        account=account_of(member), first=first, last=last, at=at, book=books.get_book()
    )


def told(statement: Statement) -> list[tuple[str, str, int, int]]:
    return [
        (line.day.isoformat(), line.words, line.points, line.balance) for line in statement.lines
    ]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def lived(ada: Member) -> Member:
    """A sale told three days late, one of today, and a return of the first tomorrow."""
    at = NOON - timedelta(days=3)
    late = purchasing.record(sale=sale(ada, "50.00", occurred_at=at), key="late", at=NOON)
    buy(ada, "30.00")
    bring(late, amount_cents=1_000)
    return ada


class TestAStatement:
    def test_tells_what_there_was_what_happened_and_what_there_is(self, lived: Member):
        march = statement_of(lived, *MARCH)

        assert (march.opening, march.closing) == (Standing(), Standing(balance=70))
        assert told(march) == [
            ("2026-03-07", "Purchase", 50, 50),
            ("2026-03-10", "Purchase", 30, 80),
            ("2026-03-11", "Points taken back after a return", -10, 70),
        ]

    def test_counts_what_expires_on_the_last_day_it_was_good(self, lived: Member):
        end = date(2027, 3, 10)

        last = statement_of(lived, end, end, at=NOON + timedelta(days=400))

        assert told(last) == [("2027-03-10", "Points expired", -30, 0)]

    def test_closings_are_the_openings_that_follow_and_the_balances_of_then(self, lived: Member):
        at = NOON + timedelta(days=400)
        days = [date(2026, 3, 5) + timedelta(days=n) for n in (0, 1, 2, 5, 6, 90, 367, 371, 390)]

        parts = [
            statement_of(lived, first, following - timedelta(days=1), at=at)
            for first, following in pairwise(days)
        ]

        assert [part.closing for part in parts[:-1]] == [part.opening for part in parts[1:]]
        for part in parts:
            close = zones.end_of_day(day=part.last, zone=books.get_book().zone)
            outstanding = balances.get_outstanding(at=close)
            assert part.closing.balance == outstanding[lived.holder_id]

    def test_ends_now_where_its_days_are_not_over(self, lived: Member):
        whole = statement_of(lived, date(2026, 3, 1), date(2030, 12, 31), at=NOON)

        assert whole.closing == Standing(balance=80)

    def test_of_somebody_without_an_account_is_empty(self, ada: Member):
        empty = stating.get_statement(
            account=None, first=MARCH[0], last=MARCH[1], at=NOON, book=books.get_book()
        )

        assert (empty.lines, empty.closing) == ((), Standing())


class TestItsDays:
    @pytest.mark.parametrize(
        ("first", "last", "days"),
        [
            ("2026-02-01", "2026-02-28", (date(2026, 2, 1), date(2026, 2, 28))),
            ("", "", (date(2026, 3, 1), date(2026, 3, 10))),
            ("2026-02-30", "x", (date(2026, 3, 1), date(2026, 3, 10))),
            ("2026-03-09", "2026-03-01", (date(2026, 3, 1), date(2026, 3, 10))),
            ("1900-01-01", "2999-12-31", (date(2025, 2, 3), date(2026, 3, 10))),
        ],
    )
    def test_are_those_of_the_address_or_this_month(
        self, first: str, last: str, days: tuple[date, date]
    ):
        today, joined = date(2026, 3, 10), date(2025, 2, 3)

        assert stating.read_days(first=first, last=last, joined=joined, today=today) == days


class TestItsFile:
    def test_is_read_by_a_french_spreadsheet(self, lived: Member):
        with translation.override("fr"):
            written = stating.as_csv(statement=statement_of(lived, *MARCH), language="fr")

        rows = list(csv.reader(io.StringIO(written.removeprefix("\ufeff")), delimiter=";"))
        assert rows[1] == ["2026-03-01", "Ouverture", "", "0", "0", "0", ""]
        assert rows[2][:6] == ["2026-03-07", "Achat", "50", "0", "0", "50"]
        assert rows[-1] == ["2026-03-31", "Clôture", "", "0", "0", "70", ""]


class TestTheCommand:
    def run(self, *said: str) -> dict[str, object]:
        out = StringIO()
        with time_machine.travel(LATER, tick=False):
            call_command("statement", *said, "--json", stdout=out)
        return json.loads(out.getvalue())

    def test_tells_of_the_whole_programme(self, lived: Member):
        assert self.run("--from", "2026-03-08", "--to", "2026-03-31") == {
            "from": "2026-03-08",
            "to": "2026-03-31",
            "opening": {"balance": 50, "pending": 0, "held": 0},
            "lines": [
                {"kind": "CLAWBACK", "from": "available", "to": "removed", "points": 10},
                {"kind": "EARN", "from": "issued", "to": "available", "points": 30},
            ],
            "closing": {"balance": 70, "pending": 0, "held": 0},
        }

    def test_tells_of_one_member(self, lived: Member):
        said = self.run(
            "--from", "2026-03-08", "--to", "2026-03-10", "--member", lived.public_id
        )  # fmt: skip

        assert said["lines"] == [{"day": "2026-03-10", "what": "Purchase", "points": 30}]
        assert said["closing"] == {"balance": 80, "pending": 0, "held": 0}

    def test_is_read_by_people_too(self, lived: Member):
        out = StringIO()

        with time_machine.travel(LATER, tick=False):
            call_command("statement", "--from", "2026-03-08", "--to", "2026-03-31", stdout=out)

        lines = out.getvalue().splitlines()
        assert lines[0] == "opening    balance 50  pending 0  held 0"
        assert lines[-1] == "closing    balance 70  pending 0  held 0"
        assert lines[2].split() == ["EARN", "issued", "available", "+30"]

    @pytest.mark.parametrize(
        "said",
        [
            ("--from", "2026-03-08", "--to", "2026-03-07"),
            ("--from", "2026-03-01", "--to", "2026-03-07", "--wallet", "gold"),
            ("--from", "2026-03-01", "--to", "2026-03-07", "--member", "mem_nobody"),
        ],
    )
    def test_refuses_in_words(self, lived: Member, said: tuple[str, ...]):
        with pytest.raises(CommandError) as refused:
            call_command("statement", *said)

        assert refused.value.returncode == 2
        assert Account.objects.count() == 1
