from datetime import UTC, datetime, timedelta

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.programmes import publishing
from loyalty.programmes.books import get_book
from loyalty.programmes.models import Category, Rule, RuleState, Store
from loyalty.programmes.publishing import RuleNotInThatState
from loyalty.programmes.rules import evaluate
from tests.programmes.build import basket, fixed, rate, said, sale, times

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 11, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
NEXT_WEEK = NOW + timedelta(days=7)
SECOND = timedelta(seconds=1)
TEN = said(fixed(10))
TWENTY = said(fixed(20))


def given(at: datetime) -> int:
    """What the rule `week` gives for a basket of a cent at a moment."""
    award = evaluate(occasion=sale(basket(total=1), at=at), book=get_book())
    return award.points


class TestPublish:
    def test_makes_the_rule_live_from_now_on(self, week):
        version = publishing.publish(rule=week, said=TEN, at=NOW, actor="marie")

        week.refresh_from_db()
        assert week.state == RuleState.LIVE
        assert (version.number, version.takes_effect_at, version.created_by) == (1, NOW, "marie")
        assert (given(NOW - SECOND), given(NOW)) == (0, 10)

    def test_can_wait_and_can_end(self, week):
        publishing.publish(
            rule=week, said=TEN, at=NOW, takes_effect_at=TOMORROW, ends_at=NEXT_WEEK
        )

        assert given(TOMORROW - SECOND) == 0
        assert given(TOMORROW) == 10
        assert given(NEXT_WEEK - SECOND) == 10
        assert given(NEXT_WEEK) == 0

    def test_replaces_a_version_without_touching_it(self, week):
        first = publishing.publish(rule=week, said=TEN, at=NOW)

        second = publishing.publish(rule=week, said=TWENTY, at=TOMORROW)

        first.refresh_from_db()
        assert first.terms == {"then": {"give": "fixed", "points": 10}}
        assert (first.ends_at, first.stopped_at) == (None, None)
        assert second.number == 2
        assert (given(TOMORROW - SECOND), given(TOMORROW)) == (10, 20)

    def test_has_the_last_word_over_what_was_scheduled(self, week):
        publishing.publish(rule=week, said=TEN, at=NOW, takes_effect_at=NEXT_WEEK)

        publishing.publish(rule=week, said=TWENTY, at=TOMORROW)

        assert given(NEXT_WEEK) == 20

    def test_keeps_terms_in_one_shape_and_says_who_changed_what(self, week):
        version = publishing.publish(rule=week, said=TEN | {"stacking": {}}, at=NOW)

        assert version.terms == {"then": {"give": "fixed", "points": 10}}
        last = week.history.order_by("-history_id").first()
        assert (last.state, last.history_change_reason) == ("LIVE", "version 1")

    @pytest.mark.parametrize(
        ("terms", "moments", "pointer", "code"),
        [
            ({}, {}, "/then/give", "missing"),
            (TEN, {"takes_effect_at": NOW - SECOND}, "/takes_effect_at", "in-the-past"),
            (TEN, {"ends_at": NOW}, "/ends_at", "ends-before-it-starts"),
            (said(fixed(1), stores=["a"]), {}, "/when/stores/0", "unknown-code"),
            (said(fixed(1), categories=["a"]), {}, "/when/categories/0", "unknown-code"),
            (
                said(fixed(1), excluded_categories=["a"]),
                {},
                "/when/excluded_categories/0",
                "unknown-code",
            ),
            (said(fixed(1), tiers=["gold", "vip"]), {}, "/when/tiers/1", "unknown-code"),
            (said(fixed(1, wallet="miles")), {}, "/then/wallet", "unknown-code"),
        ],
    )
    def test_refuses_what_cannot_be_and_changes_nothing(self, week, terms, moments, pointer, code):
        before = get_book()

        with pytest.raises(ValidationFailed) as refused:
            publishing.publish(rule=week, said=terms, at=NOW, **moments)

        assert [(field.pointer, field.code) for field in refused.value.errors] == [(pointer, code)]
        assert str(refused.value.errors[0].detail) != code
        assert week.versions.exists() is False
        assert Rule.objects.get(code="week").state == RuleState.DRAFT
        assert get_book() is before

    def test_takes_codes_that_exist(self, week):
        Store.objects.create(code="lyon", name="Lyon")
        Category.objects.create(code="coffee", name="Coffee")
        terms = said(
            times("2", wallet="points"), stores=["lyon"], categories=["coffee"], tiers=["gold"]
        )

        assert publishing.publish(rule=week, said=terms, at=NOW).number == 1

    def test_refuses_two_ways_of_stacking_in_one_group(self, week):
        other = Rule.objects.create(code="other")
        publishing.publish(rule=other, said=said(rate(), group="base", mode="best"), at=NOW)

        with pytest.raises(ValidationFailed) as refused:
            publishing.publish(rule=week, said=said(rate(), group="base"), at=NOW)

        assert refused.value.errors[0].pointer == "/stacking/mode"
        publishing.publish(rule=week, said=said(rate(), group="base", mode="best"), at=NOW)


class TestPauseAndResume:
    def test_stop_a_rule_but_not_for_sales_from_before(self, week):
        publishing.publish(rule=week, said=TEN, at=NOW)

        publishing.pause(rule=week, at=TOMORROW)

        assert Rule.objects.get(code="week").state == RuleState.PAUSED
        assert (given(TOMORROW - SECOND), given(TOMORROW), given(NEXT_WEEK)) == (10, 0, 0)

    def test_hold_back_what_was_scheduled(self, week):
        publishing.publish(rule=week, said=TEN, at=NOW)
        publishing.publish(rule=week, said=TWENTY, at=NOW, takes_effect_at=NEXT_WEEK)

        publishing.pause(rule=week, at=TOMORROW)

        assert given(NEXT_WEEK) == 0

    def test_say_again_what_was_said_and_what_was_scheduled(self, week):
        later = NEXT_WEEK + timedelta(days=7)
        publishing.publish(rule=week, said=TEN, at=NOW)
        publishing.publish(rule=week, said=TWENTY, at=NOW, takes_effect_at=later)
        publishing.pause(rule=week, at=TOMORROW)

        publishing.resume(rule=week, at=NEXT_WEEK, actor="marie")

        assert [given(at) for at in (NOW, TOMORROW, NEXT_WEEK - SECOND)] == [10, 0, 0]
        assert [given(at) for at in (NEXT_WEEK, later - SECOND, later)] == [10, 10, 20]

    def test_keep_the_end_that_was_published(self, week):
        publishing.publish(rule=week, said=TEN, at=NOW, ends_at=NEXT_WEEK)
        publishing.pause(rule=week, at=NOW + SECOND)

        publishing.resume(rule=week, at=TOMORROW)

        assert (given(TOMORROW), given(NEXT_WEEK - SECOND), given(NEXT_WEEK)) == (10, 10, 0)

    def test_do_not_bring_back_what_had_ended_meanwhile(self, week):
        publishing.publish(rule=week, said=TEN, at=NOW, ends_at=TOMORROW)
        publishing.pause(rule=week, at=NOW + SECOND)

        publishing.resume(rule=week, at=NEXT_WEEK)

        assert week.versions.count() == 1
        assert given(NEXT_WEEK) == 0


class TestEnd:
    def test_stops_a_rule_for_good(self, week):
        publishing.publish(rule=week, said=TEN, at=NOW)

        publishing.end(rule=week, at=TOMORROW)

        assert (given(TOMORROW - SECOND), given(TOMORROW)) == (10, 0)
        with pytest.raises(RuleNotInThatState):
            publishing.publish(rule=week, said=TWENTY, at=NEXT_WEEK)
        assert week.versions.count() == 1

    @pytest.mark.parametrize(
        ("state", "verb"),
        [
            ("DRAFT", publishing.pause),
            ("PAUSED", publishing.pause),
            ("ENDED", publishing.pause),
            ("DRAFT", publishing.resume),
            ("LIVE", publishing.resume),
            ("ENDED", publishing.resume),
            ("ENDED", publishing.end),
        ],
    )
    def test_goes_with_the_state_like_the_other_verbs(self, week, state, verb):
        Rule.objects.filter(pk=week.pk).update(state=state)

        with pytest.raises(RuleNotInThatState) as refused:
            verb(rule=week, at=NOW)

        assert refused.value.figures == {"state": state}
        assert Rule.objects.get(pk=week.pk).state == state
