"""Whether a rule holds for an occasion, and which lines it covers. Pure."""

from calendar import monthrange
from datetime import date, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from loyalty.programmes import recurring
from loyalty.programmes.awards import Why
from loyalty.programmes.occasions import Basket, Line, MemberFacts, Occasion
from loyalty.programmes.rulebook import Version
from loyalty.programmes.terms import Holds, When


def why_not(*, version: Version, occasion: Occasion, zone: ZoneInfo) -> Why | None:
    """Return the first condition that does not hold, in the order a person would ask."""
    when = version.terms.when
    if when.event != occasion.name or when.custom != occasion.custom:
        return Why.NOT_THIS_EVENT
    if why := _why_not_today(when, occasion.day):
        return why
    if not is_in_hours(moment=occasion.at.astimezone(zone).time(), when=when):
        return Why.NOT_THIS_HOUR
    if why := _why_not_member(when, occasion):
        return why
    return _why_not_basket(version, occasion.basket) if occasion.basket else None


def _why_not_today(when: When, day: date) -> Why | None:
    if (when.from_day and day < when.from_day) or (when.to_day and day > when.to_day):
        return Why.NOT_IN_PERIOD
    if when.weekdays and day.isoweekday() not in when.weekdays:
        return Why.NOT_THIS_WEEKDAY
    if when.recurrence and not recurring.comes_on(
        recurrence=when.recurrence, day=day, from_day=when.from_day
    ):
        return Why.NOT_THIS_DAY
    return None


def is_in_hours(*, moment: time, when: When) -> bool:
    """Say whether a local time is in a rule's hours: the first is, the last is not.

    Hours whose last comes before their first go past midnight.
    """
    first, last = when.from_time or time.min, when.to_time
    if last is None:
        return moment >= first
    if last < first:
        return moment >= first or moment < last
    return first <= moment < last


def _why_not_member(when: When, occasion: Occasion) -> Why | None:
    if occasion.member is None:
        return Why.ANONYMOUS
    return _why_not_them(when, occasion.member) or _why_not_yet(
        when, occasion.member, occasion.day
    )


def _why_not_them(when: When, member: MemberFacts) -> Why | None:
    if when.tiers and member.tier not in when.tiers:
        return Why.NOT_THIS_TIER
    if when.kind is not None and member.kind != when.kind:
        return Why.NOT_THIS_KIND
    if when.segments and not set(when.segments) & set(member.segments):
        return Why.NOT_THIS_SEGMENT
    return _why_not_joined(when, member)


def _why_not_joined(when: When, member: MemberFacts) -> Why | None:
    if when.in_household and not member.in_household:
        return Why.NOT_IN_HOUSEHOLD
    if when.sources and member.source not in when.sources:
        return Why.NOT_THIS_SOURCE
    if when.plans and not set(when.plans) & set(member.plans):
        return Why.NOT_THIS_PLAN
    return None if set(when.consents) <= set(member.consents) else Why.NO_CONSENT


def _why_not_yet(when: When, member: MemberFacts, day: date) -> Why | None:
    if when.member_for_days is not None and (
        member.enrolled_on is None or (day - member.enrolled_on).days < when.member_for_days
    ):
        return Why.MEMBER_TOO_SHORT
    if when.nth_visit is not None and member.visits != when.nth_visit - 1:
        return Why.NOT_THIS_VISIT
    if when.birthday_within_days is not None and not is_near_birthday(
        day=day, birthday=member.birthday, within_days=when.birthday_within_days
    ):
        return Why.NOT_IN_BIRTHDAY_WINDOW
    return None


def _why_not_basket(version: Version, basket: Basket) -> Why | None:
    when = version.terms.when
    if when.stores and basket.store not in when.stores:
        return Why.NOT_THIS_STORE
    if when.tills and basket.till not in when.tills:
        return Why.NOT_THIS_TILL
    if when.channels and basket.channel not in when.channels:
        return Why.NOT_THIS_CHANNEL
    if when.payment_means and basket.payment_means.isdisjoint(when.payment_means):
        return Why.NOT_THIS_PAYMENT
    return _why_not_amount(when, basket) or _why_not_products(version, basket)


def _why_not_amount(when: When, basket: Basket) -> Why | None:
    """Ask for the total as the customer paid it, or without its tax."""
    cents = basket.total_cents - (basket.all_tax_cents if when.without_tax else 0)
    if when.minimum_basket_cents is not None and cents < when.minimum_basket_cents:
        return Why.BELOW_MINIMUM_BASKET
    if when.maximum_basket_cents is not None and cents > when.maximum_basket_cents:
        return Why.ABOVE_MAXIMUM_BASKET
    return None


def _why_not_products(version: Version, basket: Basket) -> Why | None:
    match version.terms.when.holds:
        case Holds.ANY:
            # Without any of them there is no covered line, which says more.
            return None
        case Holds.NONE:
            has_any = any(_is_named(line, version) for line in basket.counted_lines)
            return Why.HOLDS_EXCLUDED if has_any else None
        case Holds.ALL:
            return None if _has_all(version, basket) else Why.NOT_ALL_PRODUCTS


def _has_all(version: Version, basket: Basket) -> bool:
    """Say whether each named category, or one inside it, each SKU, brand and tag is bought."""
    bought = [line for line in basket.counted_lines if line.amount_cents > 0]
    categories, skus = {line.category for line in bought}, {line.sku for line in bought}
    when, brands = version.terms.when, {line.brand for line in bought}
    tags = {tag for line in bought for tag in line.tags}
    return (
        all(family & categories for family in version.families)
        and skus.issuperset(when.skus)
        and brands.issuperset(when.brands)
        and tags.issuperset(when.tags)
    )


def _is_named(line: Line, version: Version) -> bool:
    when = version.terms.when
    return (
        line.category in version.categories
        or line.sku in when.skus
        or line.brand in when.brands
        or any(tag in when.tags for tag in line.tags)
    )


def _is_excluded(line: Line, version: Version) -> bool:
    when = version.terms.when
    return (
        line.category in version.excluded_categories
        or line.sku in when.excluded_skus
        or line.brand in when.excluded_brands
        or any(tag in when.excluded_tags for tag in line.tags)
    )


def covered_lines(*, version: Version, basket: Basket) -> tuple[Line, ...]:
    """Return the lines that a rule covers: of the products it names, none excluded.

    A rule that names none, or those that must not be there, covers all the others.
    """
    when = version.terms.when
    names_what_it_covers = when.holds is not Holds.NONE and when.names_products
    return tuple(
        line
        for line in basket.counted_lines
        if (not names_what_it_covers or _is_named(line, version))
        and not _is_excluded(line, version)
    )


def units(*, lines: tuple[Line, ...]) -> Decimal:
    """Return how many units lines hold. A discount is no article, and what is free not bought."""
    return sum((line.quantity for line in lines if line.amount_cents > 0), Decimal(0))


def net_cents(*, lines: tuple[Line, ...], basket: Basket) -> int:
    """Return what lines come to: their sum, never below 0 or above the total.

    At 0 nothing of them was bought: they were free, taken off the receipt again, or discounts.
    """
    return max(0, min(sum(line.amount_cents for line in lines), basket.total_cents))


def basis_cents(*, lines: tuple[Line, ...], basket: Basket) -> int:
    """Return what a rule counts: what its lines come to.

    Of a basket that was partly paid by what earns nothing, that part less, to the cent below.
    """
    amount = net_cents(lines=lines, basket=basket)
    return amount if basket.share == 1 else int(amount * basket.share)


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
