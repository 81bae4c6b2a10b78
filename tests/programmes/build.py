"""Small books, baskets and occasions, said in words."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.programmes.ladder import Ladder, Rung
from loyalty.programmes.occasions import Basket, Line, MemberFacts, Occasion
from loyalty.programmes.rulebook import (
    CategoryTree,
    Multipliers,
    Rounding,
    Rulebook,
    RuleTerms,
    Version,
    WalletTerms,
    open_up,
)
from loyalty.programmes.terms import read

PARIS = ZoneInfo("Europe/Paris")
SATURDAY = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
ADA = MemberFacts()

LADDER = Ladder(
    code="tiers",
    rungs=(
        Rung(pk=1, code="bronze", rank=0, threshold_cents=0, name_fr="Bronze", name_en="Bronze"),
        Rung(
            pk=2, code="silver", rank=1, threshold_cents=10_000, name_fr="Argent",
            name_en="Silver", multiplier=Decimal("1.5"),
        ),
        Rung(
            pk=3, code="gold", rank=2, threshold_cents=20_000, name_fr="Or", name_en="Gold",
            multiplier=Decimal(2),
        ),
    ),
)  # fmt: skip


def rate(points: str = "1", per_cents: int = 100, **then: Any) -> dict[str, Any]:
    return {"give": "rate", "points": points, "per_cents": per_cents, **then}


def times(factor: str, **then: Any) -> dict[str, Any]:
    return {"give": "multiplier", "factor": factor, **then}


def fixed(points: int, **then: Any) -> dict[str, Any]:
    return {"give": "fixed", "points": points, **then}


def said(then: dict[str, Any], *, group: str = "", mode: str = "sum", **when: Any) -> Any:
    stacking = {"stacking": {"group": group, "mode": mode}} if group else {}
    return {"then": then, "when": when, **stacking}


def book(
    *,
    rounding: str = "FLOOR",
    multipliers: str = "BEST",
    counts_tax: bool = True,
    unearning_means: tuple[str, ...] = (),
    parents: dict[str, str] | None = None,
    excluded: tuple[str, ...] = (),
    wallets: tuple[WalletTerms, ...] = (),
    **rules: Any,
) -> Rulebook:
    """Return a book with these rules in force for ever, in this order of priority."""
    tree = CategoryTree(parents=parents or {}, excluded=frozenset(excluded))
    compiled = [
        rule(code.replace("_", "-"), tree, version(number, terms))
        for number, (code, terms) in enumerate(rules.items(), start=1)
    ]
    return Rulebook(
        revision="rev",
        name="Café",
        currency="EUR",
        zone=PARIS,
        spending_wallet="points",
        rounding=Rounding(rounding),
        multipliers=Multipliers(multipliers),
        counts_tax=counts_tax,
        unearning_means=frozenset(unearning_means),
        wallets={wallet.code: wallet for wallet in wallets},
        rules=tuple(compiled),
        categories=tree,
        ladder=LADDER,
    )


def rule(code: str, tree: CategoryTree, *versions: Version, is_live: bool = True) -> RuleTerms:
    opened = tuple(open_up(version=version, tree=tree) for version in versions)
    return RuleTerms(
        code=code, name_fr=f"{code} (fr)", name_en=code, is_live=is_live, versions=opened
    )


def version(number: int, terms: Any, **moments: datetime) -> Version:
    return Version(pk=100 + number, number=number, terms=read(terms), **moments)


def basket(*lines: tuple[str, int], total: int | None = None, store: str = "") -> Basket:
    """Return a basket of (category, cents) lines; or of a total alone."""
    counted = tuple(
        Line(position=place, category=category, sku=f"SKU-{category}", amount_cents=cents)
        for place, (category, cents) in enumerate(lines, start=1)
    )
    sum_cents = sum(cents for _category, cents in lines)
    return Basket(total_cents=sum_cents if total is None else total, lines=counted, store=store)


def sale(bought: Basket, *, at: datetime = SATURDAY, member: MemberFacts | None = ADA) -> Occasion:
    return Occasion(at=at, day=at.astimezone(PARIS).date(), basket=bought, member=member)


def event(name: str, *, day: date, member: MemberFacts | None = ADA) -> Occasion:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)
    return Occasion(name=name, at=at, day=day, member=member)
