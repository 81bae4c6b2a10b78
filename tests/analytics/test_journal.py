"""The journal: it balances, ties to the point, and a month that is over stays as it is."""

import csv
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import translation
from hypothesis import given, settings

from analytics import booking, facts, journal, liabilities
from analytics.journal import Journal, JournalNotCounted, JournalNotDue
from analytics.models import MoneySettings
from analytics.periods import Period, day, month_end
from analytics.scopes import get_scope
from loyalty.core import zones
from loyalty.identity.roles import Role
from loyalty.ledger import balances, posting
from loyalty.programmes.models import Programme
from tests.analytics.builders import PARIS, make_members, make_programme, move
from tests.analytics.stories import Story, steps
from tests.analytics.test_facts import undone
from tests.analytics.test_vintages import moment
from tests.desk.reading import words_of
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db

START = date(2026, 1, 20)


def journal_of(first: str, last: str, *, at: datetime) -> Journal:
    period = Period(day(f"{first}-01"), month_end(day(f"{last}-01")))
    return journal.get_journal(scope=get_scope(period=period, at=at))


def booked(found: Journal) -> list[tuple[str, int, str, str, int]]:
    return [(one.what, one.points, one.debit, one.credit, one.cents) for one in found.lines]


def owed_more(found: Journal) -> int:
    """What the lines add to the account of deferred revenue."""
    return sum(line.cents if line.credit == "487" else -line.cents for line in found.lines)


@settings(max_examples=8, deadline=None)
@given(told=steps)
def test_months_lead_from_one_to_the_next_whatever_happens(
    told: list[tuple[str, int, int, int, int]],
) -> None:
    with undone():
        make_programme()
        facts.refresh(at=moment("2026-01-01"))
        story = Story(list(make_members(["a", "b"]).values()), START, PARIS)
        story.play(told)
        at = max(story.now, moment("2026-03-02"))
        facts.refresh(at=at)
        last = at.astimezone(PARIS).date().replace(day=1) - timedelta(days=1)

        whole = journal_of("2026-01", f"{last:%Y-%m}", at=at)
        january, rest = (
            journal_of(first, until, at=at)
            for first, until in (("2026-01", "2026-01"), ("2026-02", f"{last:%Y-%m}"))
        )

        assert (january.opening.points, january.opening.cents) == (0, 0)
        assert january.closing == rest.opening
        assert rest.closing == whole.closing
        for found in (whole, january, rest):
            assert found.opening.cents + owed_more(found) == found.closing.cents
            moved = sum(line.points for line in found.lines)
            assert found.opening.points + moved == found.closing.points
            assert all(line.cents >= 0 and line.debit != line.credit for line in found.lines)


class TestAJournal:
    def test_books_each_movement_against_its_account(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment("2026-01-10"), expires_at=moment("2026-03-01", 0))
        earned = move(ada, 80, moment("2026-02-10"))
        move(ada, -30, moment("2026-02-11"))
        with transaction.atomic():
            posting.lock(ada.holder)
            posting.clawback(
                entry=earned, points=20, allow_debt=True, key="c", at=moment("2026-02-12")
            )
        move(ada, -5, moment("2026-03-04"))
        at = moment("2026-04-02")
        facts.refresh(at=at)

        february, march = (journal_of(month, month, at=at) for month in ("2026-02", "2026-03"))

        assert (february.opening.cents, february.closing.cents) == (100, 130)
        assert booked(february) == [
            ("issued", 80, "707", "487", 80),
            ("taken_back", -20, "487", "707", 20),
            ("redeemed", -30, "487", "707", 30),
        ]
        # The seventy that ended with February were written down in March.
        assert booked(march) == [
            ("redeemed", -5, "487", "707", 5),
            ("lapsed", -70, "487", "708", 70),
        ]
        close = zones.end_of_day(day=day("2026-03-31"), zone=PARIS)
        assert march.closing.points == balances.get_totals(at=close).outstanding == 55

    def test_says_what_had_run_out_and_was_not_written_down(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        for member in (ada, bea):
            move(member, 100, moment("2026-01-10"), expires_at=moment("2026-02-20", 0))
        move(ada, 50, moment("2026-03-04"))
        at = moment("2026-04-02")
        facts.refresh(at=at)

        january, february, march = (
            journal_of(f"2026-0{month}", f"2026-0{month}", at=at) for month in (1, 2, 3)
        )

        # Ada's were written down in March, when she earned again; Bea's not yet.
        assert [one.unwritten for one in (january, february, march)] == [0, 200, 100]
        assert [one.closing.points for one in (january, february, march)] == [200, 200, 150]
        owed = liabilities.get_liability(get_scope(period=march.period, at=at)).total
        assert march.closing.points - march.unwritten == owed == 50

    def test_books_apart_what_only_the_value_of_a_point_changed(self) -> None:
        programme = make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment("2026-01-10"))
        Programme.history.update(history_date=moment("2024-01-01"))
        programme.value_of_point = "0.0150"
        programme.save()
        Programme.history.filter(value_of_point="0.0150").update(history_date=moment("2026-02-10"))
        at = moment("2026-03-02")
        facts.refresh(at=at)

        february = journal_of("2026-02", "2026-02", at=at)

        assert booked(february) == [("estimate", 0, "708", "487", 50)]
        assert journal_of("2026-01", "2026-01", at=at).closing == february.opening

    def test_stays_as_it_was_when_something_late_is_written_down(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment("2026-01-10"), expires_at=moment("2026-02-20", 0))
        at = moment("2026-03-02")
        facts.refresh(at=at)
        before = journal_of("2026-02", "2026-02", at=at)

        with transaction.atomic():
            posting.settle_due(at=moment("2026-03-05"), recorded_at=moment("2026-03-05"))
        facts.refresh(at=moment("2026-04-01"))

        later = moment("2026-04-01")
        assert journal_of("2026-02", "2026-02", at=later) == before
        assert booked(journal_of("2026-03", "2026-03", at=later)) == [
            ("lapsed", -100, "487", "708", 100)
        ]

    @pytest.mark.parametrize(
        "period",
        [
            Period(day("2026-02-02"), day("2026-02-28")),
            Period(day("2026-02-01"), day("2026-02-27")),
            Period(day("2026-03-01"), day("2026-03-31")),
        ],
    )
    def test_is_of_whole_months_that_are_over(self, period: Period) -> None:
        make_programme()
        scope = get_scope(period=period, at=moment("2026-03-31"))

        with pytest.raises(JournalNotDue):
            journal.get_journal(scope=scope)

    def test_waits_until_its_last_day_is_counted(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment("2026-01-10"))
        facts.refresh(at=moment("2026-01-30"))
        move(ada, 50, moment("2026-01-31"))
        at = moment("2026-02-01")

        with pytest.raises(JournalNotCounted):
            journal_of("2026-01", "2026-01", at=at)
        facts.refresh(at=at)

        assert journal_of("2026-01", "2026-01", at=at).closing.points == 150


class TestTheFile:
    def test_balances_and_is_written_as_its_reader_opens_it(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 1050, moment("2026-01-10"))
        move(ada, -30, moment("2026-01-11"))
        MoneySettings.objects.create(pk=1, deferred_account="-487")
        out = StringIO()

        call_command("journal", "--from", "2026-01", "--to", "2026-01", stdout=out)

        rows = list(csv.reader(StringIO(out.getvalue().lstrip("\ufeff")), delimiter=";"))
        assert [row[5:] for row in rows[1:]] == [
            ["", "", "0", "0,00"],
            ["10,50", "", "1050", ""],
            ["", "10,50", "1050", ""],
            ["0,30", "", "-30", ""],
            ["", "0,30", "-30", ""],
            ["", "", "1020", "10,20"],
        ]
        assert [row[2] for row in rows[1:4]] == ["'-487", "707", "'-487"]
        assert {row[1] for row in rows[1:]} == {"FID-2026-01"}

    def test_has_points_in_its_numbers_in_english(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 1050, moment("2026-01-10"))
        at = moment("2026-02-02")
        facts.refresh(at=at)

        with translation.override("en"):
            text = booking.write_csv(
                journal=journal_of("2026-01", "2026-01", at=at), currency="EUR"
            )

        assert text.splitlines()[2].split(",")[4:] == ["Points issued", "10.50", "", "1050", ""]


class TestThePage:
    def test_shows_the_journal_and_gives_it_as_a_file(
        self, client: Client, django_assert_max_num_queries: object
    ) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment("2026-01-10"))
        facts.refresh(at=moment("2026-02-02"))
        client.force_login(appoint(Role.ANALYST))
        asked = {"from": "2026-01", "to": "2026-01"}

        with django_assert_max_num_queries(25):  # type: ignore[operator]
            page = client.get("/desk/journal/", asked)
        file = client.get("/desk/journal/", {**asked, "csv": ""})

        assert page.context["journal"].closing.points == 100
        assert "FID-2026-01.csv" in file["Content-Disposition"]
        assert len(file.content.decode().splitlines()) == 5

    def test_says_how_many_points_had_run_out(self, client: Client) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 1_100, moment("2026-01-10"), expires_at=moment("2026-01-20", 0))
        facts.refresh(at=moment("2026-02-02"))
        client.force_login(appoint(Role.ANALYST))

        said = words_of(client, "/desk/journal/?from=2026-01&to=2026-01", "en")

        assert (
            "1,100 points of the closing balance had run out by then and were not written down yet"
        ) in said

    def test_says_which_months_it_cannot_show(self, client: Client) -> None:
        make_programme()
        client.force_login(appoint(Role.AUDITOR))

        page = client.get("/desk/journal/", {"from": "2999-01", "to": "2999-01"})

        assert page.status_code == 400
        assert page.context["refused"] == JournalNotDue.title

    def test_says_that_the_night_has_not_counted_the_month_yet(self, client: Client) -> None:
        make_programme()
        client.force_login(appoint(Role.AUDITOR))

        opened = client.get("/desk/journal/")
        asked = client.get("/desk/journal/", {"from": "2026-01", "to": "2026-01"})

        assert (opened.status_code, asked.status_code) == (200, 409)
        assert opened.context["refused"] == JournalNotCounted.title
