"""What is left of a sale, seen by the rules as they were when it was sold. Writes nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from loyalty.programmes import rules
from loyalty.programmes.counters import Counters
from loyalty.programmes.rulebook import Rounding, Rulebook, RuleTerms
from loyalty.programmes.rules import Award, Basket, Line, MemberFacts, Occasion, Why
from members.models import Purchase, PurchaseLine
from members.remaining import Goods, Sold


def reweigh(
    *, purchase: Purchase, lines: Mapping[int, PurchaseLine], sold: Sold, book: Rulebook
) -> Award:
    """Return what the goods that are left give, by the sale's own rules, tier and counters.

    A rule that gave points gives them by the version that did; one that gave none, by that of
    the sale's moment. Rules that the sale did not meet, or met outside their days, give nothing.
    Needs the purchase's store.
    """
    left = sold.total_cents - sold.by_goods_cents
    basket = Basket(
        total_cents=left,
        lines=tuple(
            _line(goods, lines[goods.position]) for goods in sold.goods if goods.left > Decimal(0)
        ),
        store=purchase.store.code if purchase.store else "",
        channel=purchase.channel,
        till=purchase.till,
        tax_cents=_part(purchase.tax_cents, of=left, whole=purchase.total_cents),
        payments=tuple(
            (paid["means"], _part(paid["amount_cents"], of=left, whole=purchase.total_cents))
            for paid in purchase.payments
        ),
    )
    occasion = Occasion(
        at=moment_of(purchase=purchase),
        day=purchase.business_on,
        basket=basket,
        member=MemberFacts.from_json(purchase.facts) if purchase.facts else None,
        counters=counters_of(purchase=purchase),
    )
    return rules.evaluate(occasion=occasion, book=_as_it_was(purchase, book))


def _line(goods: Goods, line: PurchaseLine) -> Line:
    """Return what is left of a line, with its part of the tax."""
    return Line(
        position=goods.position,
        amount_cents=goods.left_cents,
        sku=line.sku,
        category=line.category,
        brand=line.brand,
        tags=tuple(line.tags),
        tax_cents=_part(line.tax_cents, of=goods.left_cents, whole=line.amount_cents),
        quantity=goods.left,
    )


def _part(cents: int, *, of: int, whole: int) -> int:
    """Return what falls of an amount on a part of what it was of."""
    return cents * of // whole if whole else 0


def moment_of(*, purchase: Purchase) -> datetime:
    """Return when a sale took effect."""
    return min(purchase.occurred_at, purchase.recorded_at)


def counters_of(*, purchase: Purchase) -> Counters:
    """Return what rules with limits had given before the sale, as it was kept with it."""
    return Counters.from_json(purchase.facts.get("counters", {}))


def _as_it_was(purchase: Purchase, book: Rulebook) -> Rulebook:
    gave = {line["rule"]: line["rule_version"] for line in purchase.award.get("lines", ())}
    # What was out of its days then gives nothing for what is left either, whatever its days now.
    refused = {
        line["rule"]
        for line in purchase.award.get("refused", ())
        if line["why"] != Why.NOT_IN_PERIOD
    }
    met = [rule for rule in book.rules if rule.code in gave or rule.code in refused]
    return replace(
        book,
        rounding=Rounding(purchase.award.get("rounding", book.rounding)),
        rules=tuple(_pinned(rule, gave.get(rule.code)) for rule in met),
    )


def _pinned(rule: RuleTerms, version: int | None) -> RuleTerms:
    """Return a rule with nothing but the version that gave, in force whatever became of it."""
    if rule.campaign:
        # It ran when the sale was made; its days may have been changed since.
        lasting_campaign = replace(rule.campaign, starts_at=None, ends_at=None)
        rule = replace(rule, campaign=lasting_campaign)
    then = next((known for known in rule.versions if known.pk == version), None)
    if then is None:
        return rule
    lasting = replace(then, takes_effect_at=None, ends_at=None, stopped_at=None)
    return replace(rule, is_live=True, versions=(lasting,))
