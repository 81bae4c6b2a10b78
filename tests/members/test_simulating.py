"""A rule tried on what was bought: the rules as they are come to what was given, to the point."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalty.identity.models import User
from loyalty.ledger.models import Entry, Wallet
from loyalty.programmes import revising, trying
from loyalty.programmes.models import (
    Campaign,
    MemberCount,
    Rule,
    Segment,
    Simulation,
    SimulationState,
    Tier,
    TierLadder,
    WalletPolicy,
)
from members import enrolling, purchasing, segmenting, simulating
from members.models import Member, Purchase
from members.purchasing import SaleLine
from tests.conftest import NOON
from tests.members.builders import moved, publish, sale

CATEGORIES = ["", "coffee", "tea"]


@pytest.fixture
def marie(programme: object) -> User:
    return User.objects.create_superuser("marie@example.org")


@pytest.fixture
def history(ada: Member) -> list[Purchase]:
    """Six weeks of four members under tiers, caps, a budget, a cool-down and a campaign."""
    Tier.objects.filter(code="silver").update(multiplier=Decimal("1.50"))
    campaign = Campaign.objects.create(
        code="spring", starts_at=NOON - timedelta(days=30), ends_at=NOON, target=9,
        budget_points=120, holdout_percent=50,
    )  # fmt: skip
    publish("weekly", limited({"give": "fixed", "points": 9}, per_member={"week": {"points": 20}}))
    publish("often", limited({"give": "fixed", "points": 3}, cooldown_hours=72))
    publish("pot", limited({"give": "multiplier", "factor": "2"}, budget_points=200))
    publish("spring-extra", {"then": {"give": "fixed", "points": 12}})
    publish("carries", {"then": {"give": "rate", "points": "5", "per_cents": 5000,
                                 "carries": True}})  # fmt: skip
    Rule.objects.filter(code="spring-extra").update(campaign=campaign)
    revising.touch()
    chance = random.Random(7)
    people = [ada, *(newcomer(number) for number in range(3))]
    # Who is held out goes by the id: of these some are, and some are not.
    for number, member in enumerate(people):
        member.public_id = f"mem_{number}"
        member.save(update_fields=["public_id"])
    return [buy(chance, people, number) for number in range(160)]


def limited(then: dict[str, Any], **limits: Any) -> dict[str, Any]:
    return {"then": then, "limits": limits}


def newcomer(number: int) -> Member:
    return enrolling.enrol(at=NOON - timedelta(days=60), email=f"m{number}@example.org")


def buy(chance: random.Random, people: list[Member], number: int) -> Purchase:
    """Record a sale, some of them told up to three days late."""
    at = NOON - timedelta(days=42) + timedelta(hours=6 * number)
    lines = [
        SaleLine(amount_cents=chance.randrange(100, 4_000), category=chance.choice(CATEGORIES))
        for _ in range(chance.randrange(1, 4))
    ]
    cents = sum(line.amount_cents for line in lines)
    told = sale(
        chance.choice(people), f"{cents // 100}.{cents % 100:02}", lines=lines,
        occurred_at=at - timedelta(hours=chance.choice([0, 0, 0, 30, 70])),
    )  # fmt: skip
    return purchasing.record(sale=told, key=f"k{number}", at=at)


def simulate(by: User, rule: Rule | None = None, said: Any = None, months: int = 3) -> Simulation:
    simulation = trying.draft(rule=rule, said=said, by=by, at=NOON)
    simulating.start(simulation=simulation, months=months, by=by, at=NOON)
    simulating.run(simulation=simulation, clock=lambda: NOON)
    simulation.refresh_from_db()
    return simulation


class TestTheRulesAsTheyAre:
    def test_come_to_what_was_given_to_the_point(self, history, marie):
        report = simulate(marie).report

        given = sum(purchase.points for purchase in Purchase.objects.all())
        assert (report["was"]["points"], report["would"]["points"]) == (given, given)
        assert report["would"]["by_rule"] == report["was"]["by_rule"]
        assert report["would"]["by_month"] == report["was"]["by_month"]
        assert (report["purchases"], report["members"]) == (160, 0)
        assert Decimal(report["cost"]) == Decimal(report["liability"]) == 0
        # Every sort of limit was met on the way.
        refused = {
            refused["why"]
            for purchase in Purchase.objects.all()
            for refused in purchase.award["refused"]
        }
        assert {
            "member-limit-reached", "too-soon", "budget-spent", "held-out",
        } <= refused  # fmt: skip

    def test_come_to_it_from_the_middle_of_a_history_too(self, history, marie):
        report = simulate(marie, months=1).report

        assert 0 < report["purchases"] < 160
        assert report["would"]["by_rule"] == report["was"]["by_rule"]

    def test_see_what_a_return_gave_back_to_a_cap(self, ada, marie):
        publish(
            "extra", limited({"give": "fixed", "points": 10}, per_member={"year": {"times": 1}})
        )
        purchasing.record(sale=sale(ada), key="a", at=NOON)
        MemberCount.objects.update(points=0, times=0)
        purchasing.record(sale=sale(ada), key="b", at=NOON)

        report = simulate(marie).report

        assert report["was"]["by_rule"]["extra"] == 20
        assert report["would"]["by_rule"] == report["was"]["by_rule"]


class TestADraft:
    def test_says_what_it_would_have_changed_and_whom(self, ada, marie):
        grace = newcomer(1)
        for number, member in enumerate((ada, ada, grace)):
            purchasing.record(sale=sale(member, "20.00"), key=f"k{number}", at=NOON)
        rule = Rule.objects.create(code="new", name_fr="Neuf", name_en="New")
        said = limited({"give": "fixed", "points": 10}, per_member={"day": {"times": 1}},
                       budget_points=15)  # fmt: skip

        report = simulate(marie, rule, said).report

        assert (report["was"]["points"], report["would"]["points"]) == (60, 75)
        assert report["would"]["by_rule"] == {"base": 60, "new": 15}
        assert (report["members"], report["cost"]) == (2, "0.1500")
        assert report["liability"] == "0.1500"

    def test_is_tried_as_if_its_days_had_always_been(self, ada, marie):
        purchasing.record(sale=sale(ada), key="k", at=NOON)
        rule = Rule.objects.create(code="new", name_fr="Neuf", name_en="New")
        said = {"then": {"give": "fixed", "points": 10}, "when": {"from_day": "2027-01-01"}}

        assert simulate(marie, rule, said).report["would"]["by_rule"]["new"] == 10

    def test_writes_nothing_but_its_report(self, history, marie):
        rule = Rule.objects.get(code="weekly")
        before = moved(), MemberCount.objects.count(), Entry.objects.count()
        said = {"then": {"give": "fixed", "points": 100}}

        simulation = simulate(marie, rule, said)

        assert (moved(), MemberCount.objects.count(), Entry.objects.count()) == before
        assert (simulation.state, simulation.done, simulation.steps) == ("DONE", 160, 160)
        assert rule.versions.count() == 1

    def test_is_started_once(self, ada, marie):
        simulation = trying.draft(rule=None, said=None, by=marie, at=NOON)
        simulating.start(simulation=simulation, months=3, by=marie, at=NOON)

        with pytest.raises(simulating.NotReady):
            simulating.start(simulation=simulation, months=3, by=marie, at=NOON)

        later = NOON + simulating.SILENCE
        simulating.start(simulation=simulation, months=3, by=marie, at=later)
        simulation.refresh_from_db()
        assert simulation.state == SimulationState.WAITING


class TestFactsThatNobodyAskedForThen:
    @pytest.fixture
    def rule(self, programme: object) -> Rule:
        return Rule.objects.create(code="new", name_fr="Neuf", name_en="New")

    def test_are_found_again_as_they_were_at_each_purchase(self, ada, rule, marie):
        day = timedelta(days=1)
        grace = newcomer(1)
        Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")
        for number in range(3):
            at = NOON - (9 - number) * day
            purchasing.record(sale=sale(ada, occurred_at=at), key=f"k{number}", at=at)
        purchasing.record(sale=sale(grace, occurred_at=NOON - 8 * day), key="g", at=NOON - 7 * day)
        assert all("visits" not in one.facts for one in Purchase.objects.all())
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON - 8 * day - day / 2)
        segmenting.assign(code="vip", member_ids=[], at=NOON - 7 * day - day / 2)
        ten = {"then": {"give": "fixed", "points": 10}}

        second = simulate(marie, rule, ten | {"when": {"nth_visit": 2}}).report
        vip = simulate(marie, rule, ten | {"when": {"segments": ["vip"]}}).report

        assert second["would"]["by_rule"]["new"] == 10
        assert vip["would"]["by_rule"]["new"] == 10
        assert second["unknown"] == []
        assert vip["unknown"] == [
            {"fact": "segment", "code": "vip", "purchases": 1,
             "since": (NOON - 8 * day - day / 2).isoformat()},
        ]  # fmt: skip

    def test_are_told_where_nothing_is_known(self, ada, rule, marie):
        few = Segment.objects.create(code="few", name_fr="Peu", name_en="A few")
        Rule.objects.filter(pk=rule.pk).update(audience=few)
        rule.refresh_from_db()
        purchasing.record(sale=sale(ada), key="k", at=NOON)

        report = simulate(marie, rule, {"then": {"give": "fixed", "points": 10}}).report

        assert "new" not in report["would"]["by_rule"]
        assert report["unknown"] == [
            {"fact": "segment", "code": "few", "purchases": 1, "since": None}
        ]


class TestTierMoves:
    @pytest.fixture
    def ladder(self, ada: Member) -> None:
        """Silver takes 100 status credits, of which each purchase gives as many as euros."""
        wallet = Wallet.objects.create(code="credits")
        WalletPolicy.objects.create(wallet=wallet, name_fr="Statut", name_en="Status")
        TierLadder.objects.update(
            counts_spend=False, counts_visits=False, counts_credits=True, credit_wallet=wallet
        )
        Tier.objects.filter(code="silver").update(threshold_credits=100)
        Tier.objects.filter(code="gold").update(threshold_credits=1_000)
        publish("status", {"then": {"give": "rate", "points": "1", "per_cents": 100,
                                    "wallet": "credits"}})  # fmt: skip

    def test_are_those_that_there_were_for_the_rules_as_they_are(self, ladder, ada, marie):
        for number in range(3):
            at = NOON - timedelta(days=9 - number)
            purchasing.record(sale=sale(ada, "60.00", occurred_at=at), key=f"k{number}", at=at)

        told = simulate(marie).report["tiers"]

        assert told == {
            "moves": [{"from": "member", "to": "silver", "was": 1, "would": 1}], "unclear": 0,
        }  # fmt: skip

    def test_follow_the_credits_that_a_draft_would_have_given(self, ladder, ada, marie):
        grace = newcomer(1)
        for number, member in enumerate((ada, grace, grace)):
            at = NOON - timedelta(days=9 - number)
            purchasing.record(sale=sale(member, "60.00", occurred_at=at), key=f"k{number}", at=at)
        rule = Rule.objects.get(code="status")
        generous = {"then": {"give": "rate", "points": "2", "per_cents": 100, "wallet": "credits"}}
        mean = {"then": {"give": "rate", "points": "1", "per_cents": 10_000, "wallet": "credits"}}

        more = simulate(marie, rule, generous).report["tiers"]["moves"]
        less = simulate(marie, rule, mean).report["tiers"]["moves"]

        joined = {"from": "", "to": "member", "was": 1, "would": 1}
        assert more == [joined, {"from": "member", "to": "silver", "was": 1, "would": 2}]
        assert less == [joined, {"from": "member", "to": "silver", "was": 1, "would": 0}]
