"""The measures once more, as plainly as can be, over a list of receipts. Shares no code."""

import math
import statistics
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True)
class Receipt:
    member: int
    day: date
    cents: int


@dataclass(frozen=True)
class Returned:
    member: int
    day: date
    cents: int


def within(receipts, first, last):
    return [receipt for receipt in receipts if first <= receipt.day <= last]


def members_of(receipts):
    return {receipt.member for receipt in receipts}


def divide(part, whole):
    return Fraction(part, whole) if whole else None


def retention(receipts, everywhere, now, before):
    """Kept, returning, left, back, S and E, from the receipts of two ranges of days.

    First purchases are looked for everywhere, whatever the receipts were restricted to.
    """
    s, e = members_of(within(receipts, *before)), members_of(within(receipts, *now))
    old = {member for member in e if first_day(everywhere, member) < now[0]}
    return {
        "retention_rate": (divide(len(s & e), len(s)), len(s & e), len(s)),
        "retention_rate_net": (divide(len(old), len(s)), len(old), len(s)),
        "churn_rate": (divide(len(s - e), len(s)), len(s - e), len(s)),
        "buyers_ratio": (divide(len(e), len(s)), len(e), len(s)),
        "reactivated": (len(old - s), len(old - s), None),
    }


def first_day(receipts, member):
    return min(receipt.day for receipt in receipts if receipt.member == member)


def worth(receipts, returned, member):
    """What a member bought less what they brought back."""
    bought = sum(r.cents for r in receipts if r.member == member)
    return bought - sum(r.cents for r in returned if r.member == member)


def sales(receipts, returned, now):
    """Repeat purchase, frequency, basket and the best fifth of one range of days."""
    mine, back = within(receipts, *now), within(returned, *now)
    buyers = sorted(members_of(mine))
    revenue = sum(receipt.cents for receipt in mine) - sum(one.cents for one in back)
    twice = sum(len([r for r in mine if r.member == buyer]) >= 2 for buyer in buyers)
    on_two_days = sum(len({r.day for r in mine if r.member == buyer}) >= 2 for buyer in buyers)
    spent = sorted((worth(mine, back, buyer) for buyer in buyers), reverse=True)
    best, all_spent = sum(spent[: math.ceil(len(buyers) / 5)]), sum(spent)
    return {
        "repeat_purchase_rate": (divide(twice, len(buyers)), twice, len(buyers)),
        "repeat_purchase_rate_days": (divide(on_two_days, len(buyers)), on_two_days, len(buyers)),
        "purchase_frequency": (divide(len(mine), len(buyers)), len(mine), len(buyers)),
        "average_basket": (divide(revenue, len(mine)), revenue, len(mine)),
        "pareto_share": (divide(best, max(all_spent, 0)), best, all_spent),
    }


def members_making_80(receipts, returned, now):
    mine, back = within(receipts, *now), within(returned, *now)
    spent = sorted((worth(mine, back, buyer) for buyer in members_of(mine)), reverse=True)
    for size in range(len(spent) + 1):
        if 5 * sum(spent[:size]) >= 4 * sum(spent):
            return divide(size, len(spent)) if sum(spent) > 0 else None
    raise AssertionError


def to_date(receipts, returned, last, lost_after):
    """What is known at the end of a day from all that came before."""
    ever = [receipt for receipt in receipts if receipt.day <= last]
    back = [one for one in returned if one.day <= last]
    everyone = members_of(ever)
    lost = sum(
        (last - max(r.day for r in ever if r.member == member)).days > lost_after
        for member in everyone
    )
    revenue = sum(receipt.cents for receipt in ever) - sum(one.cents for one in back)
    return {
        "lost_members": (lost, lost, None),
        "active_members": (len(everyone) - lost, len(everyone) - lost, None),
        "clv_historic": (divide(revenue, len(everyone)), revenue, len(everyone)),
        "rfm": (len(everyone), len(everyone), None),
    }


def gaps(receipts, now, *, merged):
    """The days between each receipt of the range and its member's one before."""
    found = []
    for member in members_of(receipts):
        days = [receipt.day for receipt in receipts if receipt.member == member]
        days = sorted(set(days) if merged else days)
        found += [
            (later - earlier).days
            for earlier, later in pairwise(days)
            if now[0] <= later <= now[1]
        ]
    return found


def median_gap(receipts, now, *, merged):
    found = gaps(receipts, now, merged=merged)
    return Fraction(statistics.median(found)) if found else None


def month_of(day):
    return day.replace(day=1)


def month_after(day):
    return month_of(month_of(day) + timedelta(days=31))


def cohorts(receipts, everywhere, until):
    seen = [receipt for receipt in receipts if receipt.day <= until]
    firsts = {member: month_of(first_day(everywhere, member)) for member in members_of(seen)}
    table = {}
    for start in sorted(set(firsts.values())):
        row, month = [], start
        while month <= until:
            row.append(
                len(
                    {
                        r.member
                        for r in seen
                        if firsts[r.member] == start and month_of(r.day) == month
                    }
                )
            )
            month = month_after(month)
        table[start] = row
    return table


def rfm_by_ntile(receipts, returned, last, number):
    """Scores of five groups of equal size, equal figures in the order of their numbers."""
    ever = [receipt for receipt in receipts if receipt.day <= last]
    back = [one for one in returned if one.day <= last]
    everyone = members_of(ever)
    figures = {
        member: (
            max(r.day for r in ever if r.member == member),
            len([r for r in ever if r.member == member]),
            worth(ever, back, member),
        )
        for member in everyone
    }
    scores = dict.fromkeys(everyone, "")
    for which in range(3):
        ranked = sorted(everyone, key=lambda m: (figures[m][which], number(m)))
        size, larger = divmod(len(ranked), 5)
        ends = [size * (n + 1) + min(n + 1, larger) for n in range(5)]
        for place, member in enumerate(ranked):
            scores[member] += str(1 + next(n for n in range(5) if place < ends[n]))
    return scores


def before(first, last, today):
    """The range that a range of days is compared with, from the definition's words."""
    length = (last - first).days + 1
    is_calendar = first.day == 1 and (last + timedelta(days=1)).day == 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if is_calendar and months in (1, 3, 6, 12) and (first.month - 1) % months == 0:
        start = first
        for _ in range(months):
            start = month_of(start - timedelta(days=1))
    else:
        start = first - timedelta(days=length)
    end = first - timedelta(days=1)
    if last >= today:
        end = min(end, start + timedelta(days=(today - first).days))
    return start, end
