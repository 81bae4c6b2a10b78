"""Where a member stands, as tills are told."""

from datetime import date
from typing import Any

from loyalty.core import money
from loyalty.programmes.ahead import ToKeep, ToNext
from loyalty.programmes.merits import Measure
from loyalty.programmes.rulebook import Rulebook
from members.standing import Standing


def of_standing(now: Standing, book: Rulebook) -> dict[str, Any] | None:
    """Return the tier that holds, and how far the next and this one are; None without any."""
    if now.tier is None and now.to_next is None:
        return None
    return {
        "code": now.tier.code if now.tier else None,
        "until": _day(now.until),
        "is_given": now.is_given,
        "to_next": _ahead(now.to_next, book),
        "to_keep": _ahead(now.to_keep, book),
    }


def _ahead(aim: ToNext | ToKeep | None, book: Rulebook) -> dict[str, Any] | None:
    """Return what is missing: the first measure by itself, and every one that counts."""
    if aim is None:
        return None
    counted = book.ladder.measures if book.ladder else ()
    lacks = aim.gap.missing or [(measure, 0) for measure in counted[:1]]
    measures = [
        {"measure": measure.value, "missing": _amount_of(measure, count, book)}
        for measure, count in lacks
    ]
    return {
        "tier": aim.tier,
        **measures[0],
        "by": _day(aim.by),
        "takes": "all" if aim.gap.needs_all else "any",
        "measures": measures,
    }


def _amount_of(measure: Measure, count: int, book: Rulebook) -> str:
    if measure is Measure.SPEND:
        return money.to_text(cents=count, currency=book.currency)
    return str(count)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
