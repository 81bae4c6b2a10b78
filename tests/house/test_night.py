import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from loyalty import night, tasks
from loyalty.events import jobs
from loyalty.events.models import JobRun, JobState
from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry, Holder, Kind
from loyalty.programmes import setting_up
from members import enrolling
from members.models import Member
from tests.ledger.racing import race

pytestmark = pytest.mark.django_db

# Summer time began on 29 March 2026 in Paris: midnight there is 22:00 the day before in UTC.
TODAY = date(2026, 4, 10)
YESTERDAY = date(2026, 4, 9)
MIDNIGHT = datetime(2026, 4, 9, 22, 0, tzinfo=UTC)
STEPS = [
    "settle", "notices", "tiers", "memberships", "tier-warnings", "referrals", "birthdays",
    "vouchers",
    "measures", "losses", "forecasts", "segments", "figures",
]  # fmt: skip


@pytest.fixture
def programme() -> None:
    setting_up.set_up(
        name="Maison Verne",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal(1),
        expire_after_days=365,
        tiers=[("silver", 100_00)],
        at=MIDNIGHT - timedelta(days=500),
    )


@pytest.fixture
def ada(programme: None) -> Member:
    return enrolling.enrol(at=MIDNIGHT - timedelta(days=400), email="ada@example.org")


def give(who: Member | Holder, points: int, *, until: datetime) -> None:
    holder = who.holder if isinstance(who, Member) else who
    with transaction.atomic():
        posting.earn(
            account=posting.lock(holder)["points"],
            grants=[
                posting.Grant(
                    wallet="points",
                    points=points,
                    available_at=MIDNIGHT - timedelta(days=30),
                    expires_at=until,
                )
            ],
            reference=f"gift-{points}",
            key=f"gift-{points}",
            at=MIDNIGHT - timedelta(days=30),
        )


def done(day: date) -> list[str]:
    runs = JobRun.objects.filter(business_day=day, state=JobState.DONE).order_by("pk")
    return [run.job for run in runs]


class TestDue:
    def test_is_nothing_without_a_programme(self):
        assert night.due(at=MIDNIGHT) == []

    def test_is_yesterday_on_a_fresh_installation(self, programme: None):
        assert night.due(at=MIDNIGHT) == [YESTERDAY]

    def test_begins_when_the_day_has_ended_in_the_programmes_zone(self, programme: None):
        night.run(day=YESTERDAY - timedelta(days=1), at=MIDNIGHT)

        assert night.due(at=MIDNIGHT - timedelta(seconds=1)) == []
        assert night.due(at=MIDNIGHT) == [YESTERDAY]

    def test_is_every_day_since_the_last_one_done(self, programme: None):
        night.run(day=date(2026, 4, 5), at=MIDNIGHT)

        assert night.due(at=MIDNIGHT) == [date(2026, 4, n) for n in (6, 7, 8, 9)]

    def test_is_nothing_when_all_is_done(self, programme: None):
        night.run(day=YESTERDAY, at=MIDNIGHT)

        assert night.due(at=MIDNIGHT) == []

    def test_remembers_a_day_left_out(self, programme: None):
        for day in (6, 9):
            night.run(day=date(2026, 4, day), at=MIDNIGHT)

        assert night.due(at=MIDNIGHT) == [date(2026, 4, 7), date(2026, 4, 8)]

    def test_forgets_no_day_when_nights_get_another_step(self, programme: None):
        night.run(day=date(2026, 4, 5), at=MIDNIGHT)
        JobRun.objects.filter(job=STEPS[-1]).delete()

        assert night.due(at=MIDNIGHT) == [date(2026, 4, n) for n in (5, 6, 7, 8, 9)]

    def test_goes_no_further_back_than_a_month(self, programme: None):
        night.run(day=date(1998, 6, 30), at=MIDNIGHT)

        owed = night.due(at=MIDNIGHT)
        assert (owed[0], owed[-1], len(owed)) == (date(2026, 3, 10), YESTERDAY, 31)


class TestRun:
    def test_does_every_step_in_order(self, programme: None):
        runs = night.run(day=YESTERDAY, at=MIDNIGHT)

        assert [run.job for run in runs] == STEPS
        assert done(YESTERDAY) == STEPS

    def test_books_what_expired_that_day_and_not_what_expires_later(self, ada: Member):
        give(ada, 30, until=MIDNIGHT)
        give(ada, 7, until=MIDNIGHT + timedelta(days=1))

        settle = night.run(day=YESTERDAY, at=MIDNIGHT + timedelta(hours=1))[0]

        expiry = Entry.objects.get(kind=Kind.EXPIRE)
        assert settle.rows == 1
        assert expiry.occurred_at == MIDNIGHT
        assert expiry.recorded_at >= MIDNIGHT + timedelta(hours=1)
        assert sum(expiry.movements.values_list("points", flat=True)) == 30

    def test_does_nothing_the_second_time(self, ada: Member):
        give(ada, 30, until=MIDNIGHT)
        night.run(day=YESTERDAY, at=MIDNIGHT)
        before = list(JobRun.objects.order_by("pk").values())

        night.run(day=YESTERDAY, at=MIDNIGHT + timedelta(hours=2))

        assert list(JobRun.objects.order_by("pk").values()) == before
        assert Entry.objects.filter(kind=Kind.EXPIRE).count() == 1

    def test_refuses_a_day_that_is_not_over(self, programme: None):
        with pytest.raises(night.DayNotOver):
            night.run(day=TODAY, at=MIDNIGHT)

        assert JobRun.objects.count() == 0

    def test_shares_the_accounts_and_stops_where_somebody_else_is_still_at_it(
        self, programme: None
    ):
        seen: list[list[str]] = []

        def hold() -> int:
            seen.append([run.state for run in night.run(day=YESTERDAY, at=MIDNIGHT)])
            return 0

        jobs.run(job="settle", business_day=YESTERDAY, at=MIDNIGHT, work=hold)

        assert seen == [["RUNNING"]]
        assert done(YESTERDAY) == ["settle", "settle"]

    def test_goes_on_at_the_step_that_failed(self, programme: None, monkeypatch):
        def fail(*, day: date, limit: int) -> int:
            raise LookupError

        with monkeypatch.context() as broken:
            broken.setattr(night.standing, "review_due", fail)
            with pytest.raises(LookupError):
                night.run(day=YESTERDAY, at=MIDNIGHT)
        assert done(YESTERDAY) == ["settle", "notices"]

        night.run(day=YESTERDAY, at=MIDNIGHT)

        assert done(YESTERDAY) == STEPS
        attempts = JobRun.objects.order_by("pk").values_list("attempts", flat=True)
        assert list(attempts) == [1, 1, 2, *[1] * 10]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestFourWorkers:
    def test_settle_every_account_once_and_leave_nothing(self, ada: Member, monkeypatch):
        monkeypatch.setattr(night, "ACCOUNTS_AT_ONCE", 3)
        with transaction.atomic():
            holders = posting.open_holders(count=40, at=MIDNIGHT - timedelta(days=60))
        for holder in holders:
            give(holder, 5, until=MIDNIGHT)
        answers = []

        assert (
            race(lambda _number: answers.append(night.run(day=YESTERDAY, at=MIDNIGHT)), threads=4)
            == []
        )

        assert Entry.objects.filter(kind=Kind.EXPIRE).count() == 40
        shares = JobRun.objects.filter(job="settle")
        assert {share.state for share in shares} == {JobState.DONE}
        assert sum(share.rows for share in shares) == 40
        assert STEPS in [[run.job for run in runs] for runs in answers]
        assert sorted(set(done(YESTERDAY))) == sorted(STEPS)


class TestTheTick:
    @pytest.fixture(autouse=True)
    def at_midnight(self, time_machine) -> None:
        time_machine.move_to(MIDNIGHT + timedelta(minutes=10), tick=False)

    def test_catches_up_every_missed_day_and_then_does_nothing(self, programme: None):
        night.run(day=date(2026, 4, 6), at=MIDNIGHT)

        tasks.tick_night()
        tasks.tick_night()

        assert [done(date(2026, 4, n)) for n in (7, 8, 9)] == [STEPS] * 3
        assert JobRun.objects.count() == 4 * len(STEPS)

    def test_does_nothing_before_there_is_a_programme(self):
        tasks.tick_night()

        assert JobRun.objects.count() == 0

    @pytest.mark.parametrize(("accounts", "helpers"), [(1, 0), (3, 0), (4, 1), (7, 2), (99, 7)])
    def test_asks_for_as_many_workers_as_shorten_it(
        self, ada: Member, monkeypatch, accounts: int, helpers: int
    ):
        monkeypatch.setattr(night, "_WORTH_A_WORKER", 2)
        holders = posting.open_holders(count=accounts, at=MIDNIGHT, wallets=["points"])
        Account.objects.filter(holder__in=holders).update(next_event_at=MIDNIGHT)
        asked = []
        monkeypatch.setattr(tasks.run_night, "apply_async", lambda **said: asked.append(said))

        tasks.tick_night()
        tasks.tick_night()

        assert asked == [{"kwargs": {"day": "2026-04-09"}, "expires": 600.0}] * helpers
        assert done(YESTERDAY) == STEPS


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def at_midnight(self, time_machine) -> None:
        time_machine.move_to(MIDNIGHT + timedelta(minutes=10), tick=False)

    def said(self, *arguments: str) -> str:
        out = StringIO()
        call_command("night", *arguments, stdout=out)
        return out.getvalue()

    def test_does_what_is_owed(self, programme: None):
        assert [line.split()[:3] for line in self.said().splitlines()] == [
            ["2026-04-09", step, "DONE"] for step in STEPS
        ]
        assert self.said() == "No night is owed.\n"

    def test_prints_one_json_document(self, programme: None):
        (one,) = json.loads(self.said("--day", "2026-04-08", "--json"))["nights"]

        assert one["day"] == "2026-04-08"
        assert [step["job"] for step in one["steps"]] == STEPS
        assert {step["state"] for step in one["steps"]} == {"DONE"}

    def test_refuses_a_day_that_is_not_over(self, programme: None):
        with pytest.raises(CommandError, match="day-not-over: 2026-04-10"):
            self.said("--day", "2026-04-10")

        assert JobRun.objects.count() == 0

    def test_says_when_somebody_else_is_at_it(self, programme: None):
        JobRun.objects.create(
            job="settle",
            business_day=YESTERDAY,
            state=JobState.RUNNING,
            started_at=MIDNIGHT,
            leased_until=MIDNIGHT + timedelta(hours=1),
        )

        with pytest.raises(CommandError, match="Another process"):
            self.said()
