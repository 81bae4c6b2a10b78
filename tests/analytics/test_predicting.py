"""Predictions of members: what they are made of, and when there are none."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import facts, predicting
from analytics.models import Fit, Outlook
from analytics.periods import day
from members.models import Member
from tests.analytics.asking import refused
from tests.analytics.builders import NOW, Sold, give_back, make_members, make_programme, sell

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 6, 30)


@pytest.fixture
def crowd() -> dict[str, Member]:
    """Three hundred members who buy and leave as the model says, by a seed."""
    make_programme()
    members = make_members([str(number) for number in range(300)])
    rng = np.random.default_rng(5)
    first = day("2026-01-05")
    for member in members.values():
        gaps = rng.exponential(7 / rng.gamma(0.6, 1 / 3), size=rng.geometric(0.2))
        days = {0, *(int(since) for since in np.cumsum(gaps) if 1 <= since <= 170)}
        cents = rng.integers(500, 5_000, size=len(days))
        sell(Sold(member, first + timedelta(n), int(c)) for n, c in zip(days, cents, strict=True))
    facts.refresh(at=NOW)
    return members


class TestHistories:
    def test_count_days_and_not_receipts_and_leave_the_first_day_s_worth_out(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        sold = sell(
            [
                Sold(ada, day("2026-01-05"), 1_000),
                Sold(ada, day("2026-01-05"), 500),
                Sold(ada, day("2026-01-19"), 2_000),
                Sold(ada, day("2026-02-16"), 4_000),
                Sold(ada, day("2026-07-01"), 9_000),
                Sold(bea, day("2026-03-09"), 700),
            ]
        )
        give_back(sold[3], 1_000, day("2026-03-02"))
        give_back(sold[0], 900, day("2026-03-02"))
        facts.refresh(at=NOW)

        seen = predicting.read(until=day("2026-03-30"))

        assert seen.members.tolist() == [ada.pk, bea.pk]
        assert seen.repeats.tolist() == [2, 0]
        assert seen.recency.tolist() == [6, 0]
        assert seen.age.tolist() == [12, 3]
        assert seen.worth.tolist() == [25, 0]

    def test_of_nobody_are_empty(self) -> None:
        make_programme()
        facts.refresh(at=NOW)

        assert len(predicting.read(until=UNTIL)) == 0


class TestPredict:
    def test_keeps_one_fit_a_day_and_one_outlook_a_member(self, crowd) -> None:
        predicting.predict(day=UNTIL, at=NOW)
        predicting.predict(day=UNTIL + timedelta(1), at=NOW)

        assert list(Fit.objects.order_by("as_of").values_list("as_of", "told")) == [
            (UNTIL, 300), (UNTIL + timedelta(1), 300),
        ]  # fmt: skip
        assert Outlook.objects.count() == 300
        assert {outlook.fit.as_of for outlook in Outlook.objects.select_related("fit")} == {
            UNTIL + timedelta(1)
        }

    def test_expects_nothing_of_who_has_left(self, crowd) -> None:
        gone = crowd["7"]
        Member.objects.filter(pk=gone.pk).update(state="CLOSED", closed_at=NOW)

        assert predicting.predict(day=UNTIL, at=NOW) == 299

        assert not Outlook.objects.filter(pk=gone.pk).exists()
        fit = Fit.objects.get()
        assert (fit.members, fit.told) == (300, 299)

    def test_says_nothing_and_keeps_what_was_known_where_too_few_came_back(self, crowd) -> None:
        predicting.predict(day=UNTIL, at=NOW)

        # By then nobody had come back.
        assert predicting.predict(day=day("2026-01-05"), at=NOW) == 0
        assert Outlook.objects.count() == 300
        assert Fit.objects.get().as_of == UNTIL

    def test_is_refused_in_words_by_the_command(self, crowd) -> None:
        assert refused("forecast", "--at", "2026-01-05").startswith("too-few-came-back: ")

    def test_has_read_and_fitted_all_before_it_locks_anything(self, crowd) -> None:
        """On SQLite nobody sells while something is written, and a fit of many takes its time."""
        with CaptureQueriesContext(connection) as seen:
            predicting.predict(day=UNTIL, at=NOW)

        said = [one["sql"] for one in seen]
        locked = next(n for n, sql in enumerate(said) if sql.startswith("SAVEPOINT"))
        assert [sql for sql in said[locked:] if "analytics_membermonth" in sql] == []

    def test_takes_as_many_statements_for_many_as_for_few(
        self, crowd, django_assert_num_queries
    ) -> None:
        # SQLite binds fewer values at once: its 300 outlooks go in two statements.
        with django_assert_num_queries(16 if connection.vendor == "postgresql" else 17):
            predicting.predict(day=UNTIL, at=NOW)
