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


def share(work, *, at=NOON) -> JobRun:
    return jobs.share(job="settle", business_day=MONDAY, at=at, work=work)


def chunks() -> list[tuple[str, str, int, int]]:
    rows = JobRun.objects.order_by("pk")
    return list(rows.values_list("chunk", "state", "rows", "attempts"))


class TestShare:
    def test_of_one_is_the_whole(self):
        left = [4, 4, 1, 0]

        done = share(lambda: left.pop(0))

        assert (done.chunk, done.state, done.rows) == ("all", JobState.DONE, 9)
        assert chunks() == [("all", "DONE", 9, 1)]

    def test_gives_each_who_comes_meanwhile_a_chunk_of_their_own(self):
        left = [4, 3, 2, 0]
        seen = []

        def work() -> int:
            if len(left) == 3:
                seen.append(share(lambda: left.pop(0) if len(left) > 1 else 0))
            return left.pop(0)

        done = share(work)

        assert (seen[0].chunk, seen[0].state) == ("all", JobState.RUNNING)
        assert done.state == JobState.DONE
        assert chunks() == [("all", "DONE", 4, 1), ("2", "DONE", 5, 1)]

    def test_that_is_over_is_not_joined(self):
        share(lambda: 0)

        assert share(fail).state == JobState.DONE
        assert chunks() == [("all", "DONE", 0, 1)]

    def test_is_not_over_while_somebody_is_at_it(self):
        hold("all", leased_until=NOON + timedelta(minutes=9))

        mine = share(lambda: 0)

        assert (mine.chunk, mine.state) == ("all", JobState.RUNNING)
        assert chunks() == [("all", "RUNNING", 0, 1), ("2", "DONE", 0, 1)]

    def test_takes_over_what_was_dropped_and_ends(self):
        hold("all", leased_until=NOON)
        hold("2", leased_until=NOON + timedelta(minutes=9))
        hold("3", state=JobState.DONE, leased_until=None)
        left = [5, 0, 0]

        share(lambda: left.pop(0))
        assert chunks()[0] == ("all", "DONE", 5, 2)
        late = share(lambda: left.pop(0), at=NOON + timedelta(minutes=9))

        assert late.state == JobState.DONE
        assert chunks()[1:] == [("2", "DONE", 0, 2), ("3", "DONE", 0, 1)]

    def test_is_of_eight_at_most(self):
        for name in ("all", "2", "3", "4", "5", "6", "7", "8"):
            hold(name, leased_until=NOON + timedelta(minutes=9))

        assert share(fail).state == JobState.RUNNING
        assert JobRun.objects.count() == 8

    def test_records_whose_share_failed_and_lets_the_next_one_try(self):
        with pytest.raises(LookupError):
            share(fail)
        assert chunks() == [("all", "FAILED", 0, 1)]

        assert share(lambda: 0).state == JobState.DONE


def hold(chunk: str, **more) -> JobRun:
    told = {"state": JobState.RUNNING, "started_at": NOON} | more
    return JobRun.objects.create(job="settle", business_day=MONDAY, chunk=chunk, **told)
