"""Why members were lost: written down once, replaced and not overwritten, and won back."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from analytics import departures, facts, losing
from analytics.measures.registry import get_measure
from analytics.models import Competitor, Loss, LossReason, WonBackBy
from analytics.periods import day
from loyalty.core.refusals import Refusal, ValidationFailed
from loyalty.identity.models import User
from members import blocking, closing, forgetting, merging
from members.models import Member
from tests.analytics.builders import PARIS, Sold, make_members, make_programme, scope, sell
from tests.racing import at_once

AT = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
LONG_AGO = day("2025-06-01")


@pytest.fixture
def by(db: None) -> User:
    return User.objects.create_user("grace@staff.example", is_staff=True)


@pytest.fixture
def ada(db: None) -> Member:
    make_programme()
    ada = make_members(["ada"])["ada"]
    sell([Sold(ada, LONG_AGO, 1_000)])
    return ada


def record(ada: Member, by: User, reason: str = "PRICE", **said: object) -> Loss:
    told = {"at": AT, "by": by} | said
    return losing.record(member=ada, reason=LossReason(reason), **told)  # type: ignore[arg-type]


class TestRecord:
    def test_keeps_why_to_whom_and_since_when(self, ada: Member, by: User) -> None:
        loss = record(ada, by, competitor="  Brûlerie   du Port ", note="Rang them.")

        assert (loss.reason, loss.note) == ("PRICE", "Rang them.")
        assert (loss.last_on, loss.recorded_on) == (LONG_AGO, date(2026, 3, 10))
        assert Competitor.objects.get().name == "Brûlerie du Port"

    def test_adds_a_competitor_once_however_it_is_capitalised(self, ada, by) -> None:
        first = record(ada, by, competitor="Le Port")

        again = record(ada, by, "SERVICE", competitor="LE PORT", instead_of=first.pk)

        assert again.competitor == first.competitor
        assert Competitor.objects.count() == 1

    def test_replaces_what_was_told_and_keeps_it(self, ada: Member, by: User) -> None:
        first = record(ada, by, note="They said.")

        second = record(ada, by, "MOVED", instead_of=first.pk, at=AT + timedelta(hours=1))

        first.refresh_from_db()
        assert (first.reason, first.note) == ("PRICE", "They said.")
        assert first.replaced_at == AT + timedelta(hours=1)
        assert Loss.objects.open().get() == second

    def test_refuses_who_has_bought_lately(self, ada: Member, by: User) -> None:
        # 180 days ago is not longer than 180 days ago.
        sell([Sold(ada, AT.date() - timedelta(days=180), 1_000)])

        with pytest.raises(losing.MemberNotLost):
            record(ada, by)

        assert Loss.objects.exists() is False

    def test_refuses_who_never_bought_or_has_left(self, ada: Member, by: User) -> None:
        bea = make_members(["bea"])["bea"]
        with pytest.raises(losing.MemberNotLost):
            record(bea, by)
        closing.close(member=ada, key="leaves", at=AT)
        with pytest.raises(blocking.MemberClosed):
            record(ada, by)

        assert Loss.objects.exists() is False

    def test_refuses_a_reason_beside_one_that_was_not_read(self, ada, by) -> None:
        first = record(ada, by)

        for unread in (None, first.pk + 1):
            with pytest.raises(losing.LossAlreadyTold):
                record(ada, by, "MOVED", instead_of=unread)

        assert Loss.objects.get() == first

    @pytest.mark.parametrize("said", [{"note": "x" * 501}, {"competitor": "x" * 81}])
    def test_refuses_what_is_too_long(self, ada, by, said: dict[str, str]) -> None:
        with pytest.raises(ValidationFailed):
            record(ada, by, **said)

        assert Loss.objects.exists() is False

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_of_one_member_by_ten_at_once_is_one(self, ada: Member, by: User) -> None:
        def tell(number: int) -> str:
            try:
                record(ada, by, competitor="Le Port")
            except Refusal as refusal:
                return refusal.code
            return "kept"

        answers = at_once(tell, calls=10)

        assert sorted(answers) == ["kept", *["loss-already-told"] * 9]
        assert Loss.objects.count() == Competitor.objects.count() == 1


class TestNotice:
    def test_sees_who_buys_again_on_the_first_day_they_did(self, ada, by) -> None:
        record(ada, by)
        assert losing.notice(at=AT) == 0
        sell([Sold(ada, day("2026-03-12"), 500), Sold(ada, day("2026-04-01"), 500)])

        assert (losing.notice(at=AT), losing.notice(at=AT)) == (1, 0)

        assert Loss.objects.get().won_back_on == day("2026-03-12")

    def test_takes_a_sale_from_before_that_is_told_late_for_no_return(self, ada, by) -> None:
        record(ada, by)
        sell([Sold(ada, day("2026-03-09"), 500)])

        assert losing.notice(at=AT) == 0

    def test_lets_who_is_lost_once_more_be_told_anew(self, ada: Member, by: User) -> None:
        first = record(ada, by)
        sell([Sold(ada, day("2026-03-12"), 500)])
        losing.notice(at=AT)

        later = datetime.combine(day("2027-01-10"), time(12), tzinfo=PARIS)
        second = record(ada, by, "MOVED", at=later)

        assert list(Loss.objects.standing().order_by("pk")) == [first, second]
        assert second.last_on == day("2026-03-12")


class TestOfWhoWasMerged:
    """Bea is Ada, who bought before her: what was told of Bea is told of Ada."""

    @pytest.fixture
    def bea(self, ada: Member, by: User) -> Member:
        bea = make_members(["bea"])["bea"]
        sell([Sold(bea, day("2025-06-10"), 1_000)])
        record(bea, by, "MOVED")
        boss = User.objects.create_superuser("boss@staff.example")
        merging.merge(
            source=bea, target=ada, reason="duplicate", merged_by=boss, key="merge", at=AT
        )
        return bea

    def test_the_reason_is_the_survivors(self, bea: Member) -> None:
        facts.refresh(at=AT)
        february = scope("2026-02-01", "2026-02-28", at=AT)
        measure = get_measure(code="loss_reasons")

        figure = measure.compute(february)

        assert (figure.numerator, figure.denominator) == (1, 1)
        assert measure.drill(february).get_total() == 1

    def test_the_latest_reason_of_both_holds(self, ada: Member, bea: Member, by: User) -> None:
        record(ada, by, "PRICE", at=AT + timedelta(minutes=1))
        facts.refresh(at=AT)

        reasons = departures.get_reasons(scope("2026-02-01", "2026-02-28", at=AT))

        assert reasons == {"PRICE": 1}

    def test_who_buys_again_is_the_survivor(self, ada: Member, bea: Member) -> None:
        sell([Sold(ada, day("2026-03-12"), 500)])

        assert losing.notice(at=AT) == 1

        assert Loss.objects.get().won_back_on == day("2026-03-12")


class TestExplain:
    def test_keeps_how_they_came_back_once(self, ada: Member, by: User) -> None:
        loss = record(ada, by)
        with pytest.raises(losing.NotWonBack):
            losing.explain(loss=loss, way=WonBackBy.OFFER, by=by, at=AT)
        sell([Sold(ada, day("2026-03-12"), 500)])
        losing.notice(at=AT)

        losing.explain(loss=loss, way=WonBackBy.OFFER, by=by, at=AT)
        with pytest.raises(losing.NotWonBack):
            losing.explain(loss=loss, way=WonBackBy.ALONE, by=by, at=AT)

        assert Loss.objects.get().won_back_by == "OFFER"
        assert Loss.objects.unexplained().exists() is False


class TestForgetting:
    def test_leaves_the_reason_and_empties_the_words(self, ada: Member, by: User) -> None:
        record(ada, by, note="Ada Byron, 12 rue du Port", competitor="Le Port")
        closing.close(member=ada, key="leaves", at=AT)

        forgetting.forget(member=ada)

        loss = Loss.objects.get()
        assert (loss.note, loss.reason) == ("", "PRICE")


class TestTheMeasure:
    def test_counts_of_a_period_that_is_over_what_was_learnt_since(self, ada, by) -> None:
        facts.refresh(at=AT)
        december = scope("2025-12-01", "2025-12-31", at=AT)
        measure = get_measure(code="loss_reasons")
        before = measure.compute(december)

        record(ada, by)

        assert (before.numerator, before.denominator) == (0, 1)
        figure = measure.compute(december)
        assert (figure.numerator, figure.denominator) == (1, 1)
        assert measure.drill(december).get_total() == 1

    def test_does_not_explain_a_stretch_by_what_was_told_of_another(self, ada, by) -> None:
        record(ada, by)
        sell([Sold(ada, day("2026-03-12"), 500)])
        losing.notice(at=AT)
        facts.refresh(at=AT)
        later = datetime.combine(day("2027-01-10"), time(12), tzinfo=PARIS)
        figure_of = get_measure(code="loss_reasons").compute

        lost_again = figure_of(scope("2026-12-01", "2026-12-31", at=later))
        lost_before = figure_of(scope("2026-02-01", "2026-02-28", at=later))
        returned = figure_of(scope("2026-03-01", "2026-03-31", at=later))

        assert (lost_again.numerator, lost_again.denominator) == (0, 1)
        assert (lost_before.numerator, lost_before.denominator) == (1, 1)
        assert (returned.denominator, returned.columns["won_back"].value) == (0, 1)
        assert returned.columns["win_back_rate"].value == 1
        assert departures.get_returns(scope("2026-12-01", "2026-12-31", at=later)) == ({}, 0)
