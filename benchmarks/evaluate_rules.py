"""The pure engine: what one more live rule costs, with 1, 10 and 100 of them. No database."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.harness import Comparison, Report, Side, Twin, compare
from benchmarks.run import Run
from loyalty.programmes.occasions import Basket, Line, MemberFacts, Occasion
from loyalty.programmes.rulebook import (
    CategoryTree,
    Rulebook,
    RuleTerms,
    Version,
    WalletTerms,
    open_up,
)
from loyalty.programmes.rules import Award, evaluate
from loyalty.programmes.terms import read

SIZES = (1, 10, 100)
EVALUATIONS = 30_000
LINES = 10
# Ten times the rules: at most ten times the work.
GOAL = 10.0
NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)
TREE = CategoryTree(
    parents={"espresso": "coffee", "coffee": "drinks"}, excluded=frozenset({"gift"})
)

# What rules say in a shop, in turn; the first is the base.
SORTS: tuple[dict[str, Any], ...] = (
    {"then": {"give": "rate", "points": "1", "per_cents": 100}},
    {"when": {"categories": ["drinks"]}, "then": {"give": "multiplier", "factor": "2"}},
    {"when": {"minimum_basket_cents": 3_000}, "then": {"give": "fixed", "points": 20}},
    {
        "when": {"weekdays": [6, 7], "from_time": "10:00", "to_time": "18:00"},
        "then": {"give": "fixed", "points": 5},
    },
    {"when": {"stores": ["lyon"]}, "then": {"give": "fixed", "points": 7}},
    {
        "when": {"segments": ["regulars"], "birthday_within_days": 3},
        "then": {"give": "fixed", "points": 50},
    },
    {"when": {"skus": ["SKU-3"]}, "then": {"give": "per-unit", "points": "10"}},
    {
        "when": {"recurrence": "FREQ=MONTHLY;BYDAY=3SA", "tiers": ["gold"]},
        "then": {"give": "fixed", "points": 9},
    },
    {"then": {"give": "rate", "points": "1", "per_cents": 5_000, "carries": True}},
    {
        "when": {"brands": ["Illy"], "nth_visit": 3},
        "then": {"give": "fixed", "points": 1, "wallet": "stamps"},
    },
)


def measure(run: Run) -> Report:
    """Compare 10 rules with 1, and 100 with 10; note microseconds, which are no goal."""
    report = Report(code="rules", title=f"evaluating a basket of {LINES} lines by live rules")
    books = {size: make_book(size) for size in SIZES}
    sides = {size: make_side(run, book, size) for size, book in books.items()}
    for few, many in ((1, 10), (10, 100)):
        pair = Comparison(
            code=f"rules-{many}",
            says=f"CPU of one evaluation with {many} live rules against {few}",
            left=f"{many} rules",
            right=f"{few} rule{'s' if few > 1 else ''}",
            goal=GOAL,
        )
        compare(pair, left=sides[many], right=sides[few], rounds=run.rounds, meter=run.meter)
        report.comparisons.append(pair)
        report.notes += notes_of(pair, few, many)
    report.twins += twins(books)
    return report


def notes_of(pair: Comparison, few: int, many: int) -> Iterator[str]:
    for size, cost in zip((many, few), pair.get_costs(), strict=True):
        yield f"{size} live: {cost.application * 1_000_000:,.0f} µs for one evaluation"


def make_side(run: Run, book: Rulebook, size: int) -> Side:
    occasion = make_occasion()
    count = run.scaled(EVALUATIONS // size)

    def work(_number: int) -> int:
        for _time in range(count):
            evaluate(occasion=occasion, book=book)
        return count

    return Side(name=f"{size} rules", work=work)


def make_book(size: int) -> Rulebook:
    rules = tuple(
        RuleTerms(
            code=f"rule-{number}",
            name_fr=f"Règle {number}",
            name_en=f"Rule {number}",
            versions=(
                open_up(
                    version=Version(pk=number, number=1, terms=read(SORTS[number % len(SORTS)])),
                    tree=TREE,
                ),
            ),
        )
        for number in range(size)
    )
    return Rulebook(
        revision=f"rev_{size}",
        name="Bench",
        currency="EUR",
        zone=ZoneInfo("Europe/Paris"),
        spending_wallet="points",
        wallets={code: WalletTerms(code=code) for code in ("points", "stamps")},
        rules=rules,
        categories=TREE,
    )


def make_occasion() -> Occasion:
    """Return a Saturday's basket of a gold member: half of it coffee, one gift card."""
    categories = ("espresso", "coffee", "tea", "cups", "gift")
    lines = tuple(
        Line(
            position=place,
            sku=f"SKU-{place}",
            category=categories[place % len(categories)],
            brand="Illy" if place % 2 else "",
            quantity=Decimal(1 + place % 3),
            amount_cents=250 + 137 * place,
        )
        for place in range(1, LINES + 1)
    )
    total = sum(line.amount_cents for line in lines)
    member = MemberFacts(
        tier="gold", birthday=(11, 20), segments=("regulars",), visits=2, carried={"rule-8": 2_000}
    )
    basket = Basket(total_cents=total, lines=lines, store="lyon", till="T1")
    return Occasion(at=NOON, day=NOON.date(), basket=basket, member=member)


def twins(books: dict[int, Rulebook]) -> Iterator[Twin]:
    occasion = make_occasion()
    awards = {size: evaluate(occasion=occasion, book=book) for size, book in books.items()}
    yield Twin(
        "each-once",
        "each rule is told once, as given or refused",
        all(told(awards[size]) == expected(size) for size in SIZES),
    )
    counted = [line for line in occasion.basket.lines if line.category != "gift"]
    base = sum(line.amount_cents for line in counted) // 100
    yield Twin("base", "the base is the same with any number of rules", base_of(awards) == {base})


def told(award: Award) -> Counter[str]:
    return Counter([line.rule for line in award.lines] + [no.rule for no in award.refused])


def expected(size: int) -> Counter[str]:
    return Counter(f"rule-{number}" for number in range(size))


def base_of(awards: dict[int, Award]) -> set[int]:
    lines = (line for award in awards.values() for line in award.lines)
    return {line.points for line in lines if line.rule == "rule-0"}
