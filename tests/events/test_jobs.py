from datetime import date, timedelta

import pytest

from loyalty.events import jobs
from loyalty.events.models import JobRun, JobState
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 9)


def fail() -> int:
    raise LookupError("ada@example.org")


def run(work, *, at=NOON, chunk="all", **lease) -> JobRun:
    return jobs.run(job="settle", business_day=MONDAY, chunk=chunk, at=at, work=work, **lease)


class TestRun:
    def test_records_what_was_done(self):
        done = run(lambda: 7)

        assert (done.state, done.rows, done.attempts) == (JobState.DONE, 7, 1)
        assert done.started_at == NOON
        assert done.ended_at is not None
        assert NOON <= done.ended_at < NOON + timedelta(seconds=5)
        assert done.leased_until is None

    def test_does_not_do_again_what_is_done(self):
        calls = []
        run(lambda: 7)

        again = run(lambda: calls.append("called") or 8, at=NOON + timedelta(days=1))

        assert calls == []
        assert again.rows == 7

    def test_does_each_chunk_by_itself(self):
        run(lambda: 1, chunk="1-1000")
        run(lambda: 2, chunk="1001-2000")

        assert JobRun.objects.filter(state=JobState.DONE).count() == 2

    def test_leaves_work_that_somebody_holds(self):
        held = []

        run(lambda: held.append(run(lambda: 5)) or 7)

        assert held[0].state == JobState.RUNNING
        assert JobRun.objects.get().rows == 7

    def test_is_held_for_hours_where_one_call_takes_hours(self):
        calls = []

        def count_everything() -> int:
            later = NOON + timedelta(hours=2, minutes=59)
            assert run(lambda: calls.append("again") or 5, at=later).attempts == 1
            return 7

        done = run(count_everything)

        assert calls == []
        assert (done.state, done.rows, done.attempts) == (JobState.DONE, 7, 1)

    @pytest.mark.parametrize("minutes", [30, 60])
    def test_is_held_as_long_as_asked(self, minutes: int):
        leases = []
        lease = timedelta(minutes=minutes)

        run(lambda: leases.append(JobRun.objects.get().leased_until) or 1, lease=lease)

        assert leases == [NOON + lease]

    def test_says_what_failed_and_raises_it_on(self):
        with pytest.raises(LookupError):
            run(fail)

        failed = JobRun.objects.get()
        assert failed.state == JobState.FAILED
        assert failed.error.startswith("LookupError at test_jobs.py:")
        assert "ada" not in failed.error

    def test_tries_again_what_failed(self):
        with pytest.raises(LookupError):
            run(fail)

        done = run(lambda: 3, at=NOON + timedelta(minutes=1))

        assert (done.state, done.rows, done.attempts, done.error) == (JobState.DONE, 3, 2, "")

    def test_takes_over_when_the_lease_lapses_and_never_before(self):
        JobRun.objects.create(
            job="settle",
            business_day=MONDAY,
            state=JobState.RUNNING,
            started_at=NOON,
            leased_until=NOON + timedelta(minutes=10),
        )

        early = run(lambda: 3, at=NOON + timedelta(minutes=9))
        late = run(lambda: 3, at=NOON + timedelta(minutes=10))

        assert early.state == JobState.RUNNING
        assert (late.state, late.attempts) == (JobState.DONE, 2)

    def test_does_not_write_over_who_took_the_work_over(self):
        def outlive_the_lease() -> int:
            run(lambda: 3, at=NOON + timedelta(hours=1))
            return 99

        run(outlive_the_lease, lease=timedelta(minutes=10))

        assert (JobRun.objects.get().rows, JobRun.objects.get().attempts) == (3, 2)


class TestRunChunks:
    def test_goes_on_until_nothing_is_left_and_adds_up(self):
        left = [4, 4, 1, 0]

        done = jobs.run_chunks(
            job="settle", business_day=MONDAY, at=NOON, work=lambda: left.pop(0)
        )

        assert (done.state, done.rows) == (JobState.DONE, 9)
        assert left == []

    def test_prolongs_the_lease_with_each_chunk(self):
        JobRun.objects.all().delete()
        leases = []

        def work() -> int:
            leases.append(JobRun.objects.get().leased_until)
            return 1 if len(leases) < 3 else 0

        jobs.run_chunks(job="settle", business_day=MONDAY, at=NOON, work=work)

        assert leases[0] == NOON + timedelta(minutes=10)
        assert leases[0] < leases[1] < leases[2]

    def test_keeps_counting_where_a_failure_stopped_it(self):
        answers = iter([4, None])
        with pytest.raises(LookupError):
            jobs.run_chunks(
                job="settle", business_day=MONDAY, at=NOON, work=lambda: next(answers) or fail()
            )

        left = [2, 0]
        done = jobs.run_chunks(
            job="settle", business_day=MONDAY, at=NOON, work=lambda: left.pop(0)
        )

        assert (done.state, done.rows) == (JobState.DONE, 6)
