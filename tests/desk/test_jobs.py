"""The page of jobs: what each night did, and how one is run again."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import travel

from loyalty import night
from loyalty.events.models import JobRun, JobState, OutboxEvent
from loyalty.identity.roles import Role
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, words_of

JOBS = "/desk/jobs/"
MONDAY = date(2026, 3, 9)
AGAIN = "/desk/jobs/2026-03-09/again/"

pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture(autouse=True)
def _noon() -> object:
    with travel(NOON, tick=False):
        yield


def ran(job: str = "settle", day: date = MONDAY, **said: Any) -> JobRun:
    told = {"state": JobState.DONE, "started_at": NOON, "rows": 1_240, "ended_at": NOON}
    return JobRun.objects.create(job=job, business_day=day, **told | said)


class TestTheNights:
    def test_tell_state_rows_duration_and_error(self, desk: Client):
        ran(ended_at=NOON + timedelta(seconds=1.24))
        ran("tiers", state=JobState.FAILED, rows=0, error="OperationalError", attempts=3)

        english, french = words_of(desk, JOBS), words_of(desk, JOBS, "fr")

        assert "Monday 9 March 2026 failed Run again" in english
        assert "Expiry and availability of points done 1,240" in english
        assert "1.2 s 1" in english
        assert "Review of tiers OperationalError failed 0" in english
        assert "lundi 9 mars 2026 échoué Relancer" in french
        assert "Expiration et disponibilité des points terminé 1 240" in french

    def test_tell_who_else_helped_to_settle_the_accounts(self, desk: Client):
        ran()
        ran(chunk="2", rows=815)

        english, french = words_of(desk, JOBS), words_of(desk, JOBS, "fr")

        assert "Expiry and availability of points helper no. 1 done 815" in english
        assert "renfort n° 1 terminé 815" in french

    def test_stand_apart_from_what_runs_every_hour(self, desk: Client):
        ran("erasures", day=NOON.date(), rows=2, attempts=14)

        english, french = words_of(desk, JOBS), words_of(desk, JOBS, "fr")

        assert "Every hour" in english
        assert "Erasure of members 2026-03-10 done 2" in english
        assert "Effacement de membres 2026-03-10 terminé 2" in french
        assert "Tuesday 10 March 2026" not in english

    def test_that_are_owed_are_waited_for_and_then_late(self, desk: Client):
        assert "Monday 9 March 2026 late Run again" in words_of(desk, JOBS)

        with travel(NOON.replace(hour=0), tick=False):
            assert "Monday 9 March 2026 waiting Nothing has run" in words_of(desk, JOBS)

    def test_are_done_when_the_night_says_so(self, desk: Client):
        night.run(day=MONDAY, at=NOON)

        told = words_of(desk, JOBS)

        assert "Monday 9 March 2026 done" in told
        assert "Run again" not in told

    def test_that_somebody_dropped_are_said_to_have_stopped(self, desk: Client):
        ran(state=JobState.RUNNING, ended_at=None, leased_until=NOON - timedelta(minutes=1))

        assert "stopped" in words_of(desk, JOBS)

    def test_lead_to_earlier_ones_and_cost_the_same(self, desk: Client):
        for n in range(5):
            ran(day=MONDAY - timedelta(days=n))
        queries_of(desk, JOBS)
        few = queries_of(desk, JOBS)

        for n in range(5, 40):
            ran(day=MONDAY - timedelta(days=n))

        assert queries_of(desk, JOBS) == few
        page = desk.get(JOBS).content.decode()
        assert "?before=2026-02-28" in page
        assert "27 February 2026" in words_of(desk, JOBS + "?before=2026-02-28")


class TestTheBacklog:
    def test_says_how_much_waits_and_why(self, desk: Client):
        assert "Everything that happened has been delivered." in words_of(desk, JOBS)
        for n in range(2):
            OutboxEvent.objects.create(
                public_id=f"evt_{n}", name="purchase.recorded",
                occurred_at=NOON - timedelta(hours=2), due_at=NOON - timedelta(hours=2),
                attempts=n, last_error="Timeout" if n else "",
            )  # fmt: skip

        told = words_of(desk, JOBS)

        assert "2 events wait. The oldest has waited for 2 hours." in told
        assert "purchase.recorded: Timeout" in told


class TestRunningAgain:
    def test_asks_first_and_then_does_what_is_left(
        self, desk: Client, monkeypatch: pytest.MonkeyPatch
    ):
        from loyalty.celery import app

        monkeypatch.setattr(app.conf, "task_always_eager", True)
        ran("settle", state=JobState.FAILED, error="Broken", ended_at=NOON)
        assert "What is done already is not done twice" in words_of(desk, AGAIN)
        assert JobRun.objects.get().state == JobState.FAILED

        answer = desk.post(AGAIN, follow=True)

        assert answer.redirect_chain == [(JOBS, 302)]
        assert set(JobRun.objects.values_list("state", flat=True)) == {JobState.DONE}

    def test_is_offered_for_no_night_that_is_done(self, desk: Client):
        night.run(day=MONDAY, at=NOON)

        assert desk.get(AGAIN).status_code == 302
        assert desk.get("/desk/jobs/nonsense/again/").status_code == 404

    def test_is_for_administrators_alone(self, sign_in: SignIn):
        ran(state=JobState.FAILED)
        auditor = sign_in(Role.AUDITOR)

        assert "Run again" not in words_of(auditor, JOBS)
        assert auditor.post(AGAIN).status_code == 403
        assert sign_in(Role.ANALYST).get(JOBS).status_code == 403
