"""A rule tried on what was bought: the rules as they are come to what was given, to the point."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalty.identity.models import User
from loyalty.ledger.models import Entry
from loyalty.programmes import revising, trying
from loyalty.programmes.models import (
    Campaign,
    MemberCount,
    Rule,
    Simulation,
    SimulationState,
    Tier,
)
from members import enrolling, purchasing, simulating
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
