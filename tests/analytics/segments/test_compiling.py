"""Random definitions over a random shop: the query holds whom a plain computation holds."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import facts, rfm
from analytics.queries import get_rows
from analytics.segments import cells, defining
from loyalty.programmes.models import Category, Tier, TierLadder
from members.models import Consent, Member, MemberState
from tests.analytics.builders import (
    NOW,
    PARIS,
    Sold,
    foresee,
    make_members,
    make_programme,
    make_stores,
    move,
    scope,
    sell,
)
from tests.analytics.segments import naive
from tests.analytics.segments.naive import Person
from tests.analytics.test_facts import undone

pytestmark = pytest.mark.django_db

TODAY = date(2026, 4, 15)
AT = datetime.combine(TODAY, time(20), tzinfo=PARIS)
STORES, CATEGORIES = ("lyon", "nice"), ("coffee", "espresso", "cake")

people = st.lists(
    st.fixed_dictionaries(
        {
            "enrolled": st.integers(0, 400),
            "source": st.sampled_from(["", "web", "friend"]),
            "kind": st.sampled_from(["PERSON", "COMPANY"]),
            "tier": st.sampled_from(["-", "gold"]),
            "left": st.sampled_from([False, False, False, True]),
            "receipts": st.lists(
                st.tuples(
                    st.integers(0, 150),
                    st.integers(0, 9_000),
                    st.sampled_from(STORES),
                    st.lists(st.sampled_from(CATEGORIES), max_size=2).map(tuple),
                ),
                max_size=3,
            ),
            "answers": st.lists(
                st.tuples(st.sampled_from(["EMAIL", "SMS"]), st.booleans()), max_size=3
            ),
            "points": st.sampled_from([0, 0, 10, 500]),
            "outlook": st.one_of(st.none(), st.integers(0, 9_000)),
        }
    ),
    min_size=1,
    max_size=6,
)


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


def between(least: int, most: int) -> st.SearchStrategy[dict[str, int]]:
    ends = st.tuples(st.integers(least, most), st.integers(least, most)).map(sorted)
    return st.one_of(
        ends.map(lambda two: {"from": two[0], "to": two[1]}),
        st.integers(least, most).map(lambda low: {"from": low}),
        st.integers(least, most).map(lambda high: {"to": high}),
    )


def asked(fact: str, said: st.SearchStrategy[Any], *, over: bool = False) -> Any:
    months = st.sampled_from([{}, {"months": 1}, {"months": 3}]) if over else st.just({})
    negated = st.sampled_from([{}, {"not": True}])
    return st.tuples(said, months, negated).map(
        lambda parts: {"fact": fact, **parts[0], **parts[1], **parts[2]}
    )


def listed(fact: str, *codes: str, over: bool = False) -> Any:
    return asked(fact, some(*codes).map(lambda chosen: {"in": sorted(chosen)}), over=over)


def day(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


conditions = st.one_of(
    listed("rfm", *(cell.value for cell in cells.Cell)),
    asked("recency-score", between(1, 5)),
    asked("frequency-score", between(1, 5)),
    asked("monetary-score", between(1, 5)),
    asked("recency", between(0, 150)),
    asked("receipts", between(0, 3), over=True),
    asked("revenue", between(0, 9_000), over=True),
    listed("category", *CATEGORIES, over=True),
    listed("store", *STORES, over=True),
    asked("alive", between(0, 100)),
    asked("expected", between(0, 9_000)),
    asked("points", between(0, 600)),
    listed("tier", "gold", "-"),
    listed("kind", "PERSON", "COMPANY"),
    listed("source", "web", "friend"),
    listed("home-store", "lyon", "-"),
    asked("enrolled", st.integers(0, 400).map(lambda days: {"since": day(days)})),
    asked("enrolled", st.integers(0, 400).map(lambda days: {"until": day(days)})),
    asked("membership", between(0, 400)),
    listed("consent", "EMAIL", "SMS"),
)
definitions = st.lists(
    st.fixed_dictionaries(
        {
            "match": st.sampled_from(["all", "any"]),
            "conditions": st.lists(conditions, min_size=1, max_size=3),
        }
    ),
    min_size=4,
    max_size=4,
)


def make(told: list[dict[str, Any]]) -> list[Person]:
    """Let a shop be as it is told, as rows and as plain people."""
    make_programme()
    stores = {store.code: store for store in make_stores(*STORES)}
    coffee, _ = Category.objects.bulk_create(
        [Category(code=code, name=code) for code in ("coffee", "cake")]
    )
    Category.objects.create(code="espresso", name="espresso", parent=coffee)
    ladder = TierLadder.objects.create(code="ladder")
    gold = Tier.objects.create(
        ladder=ladder, code="gold", name_fr="Or", name_en="Gold", rank=1, threshold_cents=1
    )
    members = list(make_members([f"m{n}" for n in range(len(told))]).values())
    found = [_one(one, member, stores, gold) for one, member in zip(told, members, strict=True)]
    foresee([(m, p.outlook[1]) for m, p in zip(members, found, strict=True) if p.outlook],
            on=TODAY)  # fmt: skip
    facts.refresh(at=AT)
    scores = rfm.get_members(scope("2026-04-15", "2026-04-15", at=AT), rfm.Scoring.NTILE)
    for member, person in zip(members, found, strict=True):
        person.score = scores.get(member.external_id, "")
    return found


def _one(told: dict[str, Any], member: Member, stores: Any, gold: Tier) -> Person:
    enrolled_on = TODAY - timedelta(told["enrolled"])
    member.enrolled_at = datetime.combine(enrolled_on, time(12), tzinfo=PARIS)
    member.source, member.kind = told["source"], told["kind"]
    member.tier = gold if told["tier"] == "gold" else None
    if told["left"]:
        member.state, member.closed_at = MemberState.CLOSED, NOW
    member.save()
    bought = [(TODAY - timedelta(days), *rest) for days, *rest in told["receipts"]]
    sell(
        Sold(member, on, cents, stores[where], lines=tuple((c, 100) for c in categories))
        for on, cents, where, categories in bought
    )
    Consent.objects.bulk_create(
        Consent(member=member, channel=how, purpose="MARKETING", is_given=is_given,
                text_version="1", said_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(place))
        for place, (how, is_given) in enumerate(told["answers"])
    )  # fmt: skip
    if told["points"]:
        move(member, told["points"], AT)
    outlook = None if told["outlook"] is None else (0.5, told["outlook"])
    return Person(
        member.pk, enrolled_on, told["source"], told["kind"], told["tier"], not told["left"],
        bought, told["answers"], told["points"], outlook,
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(told=people, said=definitions)
def test_a_definition_holds_whom_it_says(
    told: list[dict[str, Any]], said: list[dict[str, Any]]
) -> None:
    with undone():
        shop = make(told)

        for one in said:
            query = defining.get_members(definition=defining.check(one), at=AT)
            found = sorted(pk for (pk,) in get_rows(query))

            assert found == naive.held(one, shop, TODAY), one
