"""Terms out of JSON: every fault at once, each with its place. Pure."""

from collections.abc import Mapping
from typing import Any

from loyalty.programmes import recurring, shapes
from loyalty.programmes.shapes import Fault, Malformed, Shape
from loyalty.programmes.terms.gifts import MOST_CENTS, MOST_DAYS, read_then
from loyalty.programmes.terms.limits import Limits, read_limits
from loyalty.programmes.terms.sayings import (
    Effect,
    Event,
    Fixed,
    Gift,
    Holds,
    Kind,
    Stacking,
    Terms,
    When,
)

MOST_UNITS = 1_000_000
MOST_VISITS = 1_000
_OF_A_BASKET = (
    "minimum_basket_cents",
    "maximum_basket_cents",
    "minimum_quantity",
    "from_time",
    "to_time",
    "without_tax",
    "stores",
    "tills",
    "channels",
    "payment_means",
    "categories",
    "skus",
    "excluded_categories",
    "excluded_skus",
    "brands",
    "tags",
    "excluded_brands",
    "excluded_tags",
    "nth_visit",
)


def read(value: object) -> Terms:
    """Return the terms that JSON says. Raises Malformed with every fault and its place."""
    if not isinstance(value, Mapping):
        raise Malformed([Fault("", "not-an-object")])
    top = Shape(value, [])
    when = _read_when(top.object("when"))
    then = read_then(top.object("then"))
    limits = read_limits(top.object("limits"))
    group, stacking = _read_stacking(top.object("stacking"))
    top.close()
    if top.faults or then is None:
        raise Malformed(top.faults)
    if faults := _contradictions(when, then.effect, limits):
        raise Malformed(faults)
    return Terms(when=when, then=then, limits=limits, group=group, stacking=stacking)


def _read_when(shape: Shape) -> When:
    when = When(
        event=shape.choice("event", Event, default=Event.PURCHASE),
        custom=shape.text("custom", pattern=shapes.EVENT),
        minimum_basket_cents=shape.whole("minimum_basket_cents", least=1, most=MOST_CENTS),
        maximum_basket_cents=shape.whole("maximum_basket_cents", least=1, most=MOST_CENTS),
        without_tax=shape.yes("without_tax"),
        minimum_quantity=shape.whole("minimum_quantity", least=1, most=MOST_UNITS),
        from_day=shape.day("from_day"),
        to_day=shape.day("to_day"),
        weekdays=shape.weekdays("weekdays"),
        from_time=shape.time("from_time"),
        to_time=shape.time("to_time"),
        recurrence=shape.text("recurrence", pattern=shapes.RECURRENCE),
        stores=shape.texts("stores", pattern=shapes.CODE),
        tills=shape.texts("tills", pattern=shapes.WORDS),
        channels=shape.texts("channels", pattern=shapes.CODE),
        payment_means=shape.texts("payment_means", pattern=shapes.CODE),
        categories=shape.texts("categories", pattern=shapes.CODE),
        skus=shape.texts("skus", pattern=shapes.SKU),
        brands=shape.texts("brands", pattern=shapes.WORDS),
        tags=shape.texts("tags", pattern=shapes.CODE),
        holds=shape.choice("holds", Holds, default=Holds.ANY),
        excluded_categories=shape.texts("excluded_categories", pattern=shapes.CODE),
        excluded_skus=shape.texts("excluded_skus", pattern=shapes.SKU),
        excluded_brands=shape.texts("excluded_brands", pattern=shapes.WORDS),
        excluded_tags=shape.texts("excluded_tags", pattern=shapes.CODE),
        **_read_whom(shape),
    )
    _refuse_what_never_holds(shape, when)
    shape.close()
    return when


def _read_whom(shape: Shape) -> dict[str, Any]:
    """Return the conditions about the member."""
    return {
        "kind": shape.maybe("kind", Kind),
        "segments": shape.texts("segments", pattern=shapes.CODE),
        "in_household": shape.yes("in_household"),
        "plans": shape.texts("plans", pattern=shapes.CODE),
        "consents": shape.texts("consents", pattern=shapes.CHANNEL),
        "nth_visit": shape.whole("nth_visit", least=1, most=MOST_VISITS),
        "tiers": shape.texts("tiers", pattern=shapes.CODE),
        "sources": shape.texts("sources", pattern=shapes.CODE),
        "member_for_days": shape.whole("member_for_days", least=1, most=MOST_DAYS),
        "birthday_within_days": shape.whole("birthday_within_days", least=0, most=180),
    }


def _refuse_what_never_holds(shape: Shape, when: When) -> None:
    if when.from_day and when.to_day and when.to_day < when.from_day:
        shape.refuse("to_day", "ends-before-it-starts")
    if when.event is Event.CUSTOM and not when.custom:
        shape.refuse("custom", "missing")
    if when.custom and (when.event is not Event.CUSTOM or when.custom in set(Event)):
        shape.refuse("custom", "not-a-custom-event")
    if when.from_time is not None and when.from_time == when.to_time:
        shape.refuse("to_time", "ends-before-it-starts")
    if (when.maximum_basket_cents or MOST_CENTS) < (when.minimum_basket_cents or 0):
        shape.refuse("maximum_basket_cents", "below-the-minimum")
    if (
        when.without_tax
        and when.minimum_basket_cents is None
        and when.maximum_basket_cents is None
    ):
        shape.refuse("without_tax", "needs-an-amount")
    if when.holds is not Holds.ANY and not when.names_products:
        shape.refuse("holds", "names-no-product")
    if when.recurrence:
        try:
            recurring.check(recurrence=when.recurrence, from_day=when.from_day)
        except recurring.NotARecurrence:
            shape.refuse("recurrence", "not-a-recurrence")


def _read_stacking(shape: Shape) -> tuple[str, Stacking]:
    group = shape.text("group", pattern=shapes.CODE)
    mode = shape.choice("mode", Stacking, default=Stacking.SUM)
    if not group and mode is not Stacking.SUM:
        shape.refuse("group", "missing")
    shape.close()
    return group, mode


def _contradictions(when: When, effect: Effect, limits: Limits) -> list[Fault]:
    """Return what cannot be: an enrolment has no basket, a multiplier no base without one.

    And a voucher no points to count.
    """
    faults = [
        Fault(pointer, "needs-a-purchase") for pointer in _of_a_purchase(when, effect, limits)
    ]
    if isinstance(effect, Gift):
        counts = limits.per_purchase is not None or limits.has_budget
        if counts or any(cap.points is not None for cap in limits.per_member):
            faults.append(Fault("/limits", "a-voucher-has-no-points"))
    return faults


def _of_a_purchase(when: When, effect: Effect, limits: Limits) -> list[str]:
    if when.event is Event.PURCHASE:
        return []
    said = [f"/when/{name}" for name in _OF_A_BASKET if getattr(when, name)]
    if limits.per_purchase is not None:
        said.append("/limits/per_purchase")
    if not isinstance(effect, Fixed | Gift):
        said.append("/then/give")
    return said
