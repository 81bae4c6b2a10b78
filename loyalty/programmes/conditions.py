"""Whether a rule holds for an occasion, and which lines it covers. Pure."""

from calendar import monthrange
from datetime import date

from loyalty.programmes.awards import Why
from loyalty.programmes.occasions import Basket, Line, Occasion
from loyalty.programmes.rulebook import Version
from loyalty.programmes.terms import When


def why_not(*, version: Version, occasion: Occasion) -> Why | None:
    """Return the first condition that does not hold, in the order a person would ask."""
    when = version.terms.when
    if when.event != occasion.name:
        return Why.NOT_THIS_EVENT
    if why := _why_not_today(when, occasion.day):
        return why
    if why := _why_not_member(when, occasion):
        return why
    return _why_not_basket(when, occasion.basket) if occasion.basket else None


def _why_not_today(when: When, day: date) -> Why | None:
    if (when.from_day and day < when.from_day) or (when.to_day and day > when.to_day):
        return Why.NOT_IN_PERIOD
    if when.weekdays and day.isoweekday() not in when.weekdays:
        return Why.NOT_THIS_WEEKDAY
    return None


def _why_not_member(when: When, occasion: Occasion) -> Why | None:
    member = occasion.member
    if member is None:
        return Why.ANONYMOUS
    if when.tiers and member.tier not in when.tiers:
        return Why.NOT_THIS_TIER
    if when.birthday_within_days is not None and not is_near_birthday(
        day=occasion.day, birthday=member.birthday, within_days=when.birthday_within_days
    ):
        return Why.NOT_IN_BIRTHDAY_WINDOW
    return None


def _why_not_basket(when: When, basket: Basket) -> Why | None:
    if when.stores and basket.store not in when.stores:
        return Why.NOT_THIS_STORE
    if when.minimum_basket_cents is not None and basket.total_cents < when.minimum_basket_cents:
        return Why.BELOW_MINIMUM_BASKET
    return None


def covered_lines(*, version: Version, basket: Basket) -> tuple[Line, ...]:
    """Return the lines that a rule covers: of its categories if it names any, none excluded."""
    skus = version.terms.when.excluded_skus
    return tuple(
        line
        for line in basket.counted_lines
        if (not version.terms.when.categories or line.category in version.categories)
        and line.category not in version.excluded_categories
        and (not line.sku or line.sku not in skus)
    )


def basis_cents(*, lines: tuple[Line, ...], basket: Basket) -> int:
    """Return what a rule counts: the sum of its lines, never below 0 or above the total."""
    return max(0, min(sum(line.amount_cents for line in lines), basket.total_cents))


def is_near_birthday(*, day: date, birthday: tuple[int, int] | None, within_days: int) -> bool:
    """Say whether a birthday is at most so many days away. 29 February falls on the 28th."""
    if birthday is None:
        return False
    nearby = (birthday_in(year=year, birthday=birthday) for year in _years_around(day))
    return any(abs((day - celebrated_on).days) <= within_days for celebrated_on in nearby)


def birthday_in(*, year: int, birthday: tuple[int, int]) -> date:
    """Return the day on which a birthday is celebrated in a year."""
    month, day = birthday
    return date(year, month, min(day, monthrange(year, month)[1]))


def _years_around(day: date) -> tuple[int, int, int]:
    return day.year - 1, day.year, day.year + 1
