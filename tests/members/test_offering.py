"""Personal offers: made for a list, shown to its members alone, and only while they hold."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from loyalty.identity.models import User
from loyalty.identity.permitting import NotPermitted
from loyalty.programmes import books, publishing, revising
from loyalty.programmes.models import Campaign, Rule, Segment
from members import enrolling, offering, owning, purchasing
from members.models import Member, SegmentStay
from tests.conftest import NOON
from tests.members.builders import sale

DAY = timedelta(days=1)
FIVE_TIMES = {"then": {"give": "multiplier", "factor": "5"}}


@pytest.fixture
def marie(programme: object) -> User:
    return User.objects.create_superuser("marie@example.org")


@pytest.fixture
def grace(ada: Member) -> Member:
    return enrolling.enrol(at=NOON - DAY, email="grace@example.org")


def make(marie: User, *members: Member, code: str = "five") -> Rule:
    return offering.make(
        code=code,
        name_fr="5 × pour vous",
        name_en="5 × for you",
        member_ids=[member.pk for member in members],
        by=marie,
        at=NOON - DAY,
    )


def offer(marie: User, *members: Member, code: str = "five", **said: Any) -> Rule:
    """Make an offer that has been published since yesterday."""
    rule = make(marie, *members, code=code)
    ends_at = said.pop("ends_at", None)
    publishing.publish(rule=rule, said=FIVE_TIMES | said, at=NOON - DAY, ends_at=ends_at)
    return rule


def shown(member: Member, *, at=NOON) -> list[str]:
    offers = offering.get_offers(member=member, at=at, book=books.get_book())
    return [offered.rule.code for offered in offers]


class TestMake:
    def test_makes_the_draft_of_a_rule_for_the_members_of_a_segment(self, ada, grace, marie):
        rule = make(marie, ada, grace)

        with translation.override("fr"):
            told = (rule.code, rule.state, str(rule.audience))
        assert told == ("five", "DRAFT", "5 × pour vous")
        assert set(SegmentStay.objects.values_list("member", flat=True)) == {ada.pk, grace.pk}
        assert rule.history.get().history_change_reason == "offered to 2 members"
        assert shown(ada) == []

    def test_is_refused_to_who_may_not_make_rules(self, ada, programme):
        somebody = User.objects.create_user("bob@example.org", is_staff=True)

        with pytest.raises(NotPermitted):
            make(somebody, ada)

        assert Segment.objects.exists() is False

    def test_is_refused_where_the_list_holds_ones_own_card(self, ada, marie):
        own = enrolling.enrol(at=NOON, email="marie+shop@example.org")

        with pytest.raises(owning.OwnCard):
            make(marie, ada, own)

        assert Segment.objects.exists() is False

    def test_is_refused_for_nobody_and_under_a_code_that_is_taken(self, ada, marie):
        with pytest.raises(offering.NobodyListed):
            make(marie)
        with pytest.raises(offering.OfferCodeTaken):
            make(marie, ada, code="base")

        assert Segment.objects.exists() is False
        assert Rule.objects.count() == 1


class TestGiveTo:
    def test_lets_it_be_for_exactly_these_members_from_now_on(self, ada, grace, marie):
        rule = offer(marie, ada)

        offering.give_to(rule=rule, member_ids=[grace.pk], by=marie, at=NOON)

        assert (shown(ada), shown(grace)) == ([], ["five"])
        reasons = rule.history.values_list("history_change_reason", flat=True)
        assert reasons.first() == "offered to 1 members: 1 more, 1 less"


class TestAtTheTill:
    def test_gives_to_its_members_alone_by_its_name(self, ada, grace, marie):
        offer(marie, ada)

        mine = purchasing.record(sale=sale(ada), key="a", at=NOON)
        other = purchasing.record(sale=sale(grace), key="b", at=NOON)

        lines = {line["rule"]: (line["points"], line["name_fr"]) for line in mine.award["lines"]}
        assert lines["five"] == (80, "5 × pour vous")
        assert other.award["refused"] == [{"rule": "five", "why": "outside-audience"}]


class TestGetOffers:
    def test_shows_it_to_its_members_with_the_days_on_which_it_holds(self, ada, grace, marie):
        offer(marie, ada, when={"from_day": "2026-03-09"}, ends_at=NOON + 5 * DAY)
        offer(marie, ada, code="soon", when={"to_day": "2026-03-12"})

        first, second = offering.get_offers(member=ada, at=NOON, book=books.get_book())

        assert (first.rule.code, first.first_day, first.last_day) == (
            "soon", None, date(2026, 3, 12),
        )  # fmt: skip
        assert (second.first_day, second.last_day) == (
            date(2026, 3, 9), (NOON + 5 * DAY).date(),
        )  # fmt: skip
        assert shown(grace) == []

    def test_shows_none_that_is_over_paused_or_had_in_full(self, ada, marie):
        once = {"limits": {"per_member": {"ever": {"times": 1}}}}
        offer(marie, ada, code="over", when={"to_day": "2026-03-09"})
        offer(marie, ada, code="ended", ends_at=NOON - timedelta(hours=1))
        publishing.pause(rule=offer(marie, ada, code="paused"), at=NOON - timedelta(hours=1))
        offer(marie, ada, code="once", **once)
        assert shown(ada) == ["once"]

        purchasing.record(sale=sale(ada), key="a", at=NOON)

        assert shown(ada) == []

    def test_shows_none_whose_budget_is_used_up(self, ada, grace, marie):
        offer(marie, ada, grace, limits={"budget_points": 80})

        purchasing.record(sale=sale(grace), key="a", at=NOON)

        assert shown(ada) == []

    def test_shows_none_of_a_campaign_outside_its_days_or_that_holds_the_member_out(
        self, ada, marie
    ):
        campaign = Campaign.objects.create(
            code="may", name_fr="Mai", name_en="May", starts_at=NOON - DAY, ends_at=NOON + DAY,
            target=1, budget_points=10_000, holdout_percent=0,
        )  # fmt: skip
        rule = offer(marie, ada)
        Rule.objects.filter(pk=rule.pk).update(campaign=campaign)
        revising.touch()
        assert (shown(ada), shown(ada, at=NOON + DAY)) == (["five"], [])
        Campaign.objects.update(holdout_percent=50)
        revising.touch()
        Member.objects.update(public_id="mem_held")
        ada.refresh_from_db()

        assert shown(ada) == []

    def test_asks_nothing_without_offers_and_as_much_for_one_as_for_many(
        self, ada, marie, django_assert_num_queries: DjangoAssertNumQueries
    ):
        book = books.get_book()
        with django_assert_num_queries(0):
            offering.get_offers(member=ada, at=NOON, book=book)
        limits = {"budget_points": 500, "per_member": {"ever": {"times": 1}}}
        for number in range(3):
            offer(marie, ada, code=f"o{number}", limits=limits)
            book = books.get_book()
            with django_assert_num_queries(3):
                offering.get_offers(member=ada, at=NOON, book=book)
