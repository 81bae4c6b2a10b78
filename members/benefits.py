"""What a paid membership gives beside what rules say: a tier while it lasts, and vouchers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from loyalty.core import zones
from loyalty.programmes import ladder as ladders
from loyalty.programmes.ladder import Ladder, Move, Reason, Rung
from loyalty.programmes.models import Plan
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Gift
from members import memberships, moving, standing, vouchering
from members.models import Member, Subscription, Voucher, VoucherState

# Why a tier was given, in its history.
CAUSE = "paid-membership"


def give(
    *, subscription: Subscription, at: datetime, book: Rulebook, is_historic: bool = False
) -> None:
    """Let the tier of its plan hold, and give what this month of it gives, once.

    Of months that are over before anybody looked nothing is given. Call it under the locks of the
    member, who comes with their tier.
    """
    told: Any = {"at": at, "book": book, "is_historic": is_historic}
    _give_months([subscription], day=book.business_day(at), moment=at, **told)
    _lift(subscription, **told)


def give_due(*, day: date, at: datetime, book: Rulebook, limit: int) -> int:
    """Give, as `give`, what begins by a day, as of its start. Returns how many began."""
    due = Subscription.objects.unended().filter(next_month_on__lte=day)
    first = list(due.order_by("next_month_on", "pk").values_list("pk", flat=True)[:limit])
    found = memberships.lock(pks=first)
    begun = [one for one in found if one.next_month_on and one.next_month_on <= day]
    moment = zones.start_of_day(day=day, zone=book.zone)
    _give_months(begun, day=day, moment=moment, at=at, book=book)
    for one in begun:
        _lift(one, at=at, book=book)
    return len(first)


def _give_months(
    subscriptions: Iterable[Subscription],
    *,
    day: date,
    moment: datetime,
    at: datetime,
    book: Rulebook,
    is_historic: bool = False,
) -> None:
    gifts, changed = [], []
    for one in subscriptions:
        if (month := _month_of(one, day)) > one.given_months:
            one.given_months = month
            if one.until_on >= day and (gift := gift_of(plan=one.plan)):
                gifts.append((one.member, one.public_id, gift, moment))
        one.next_month_on = next_month(subscription=one)
        changed.append(one)
    Subscription.objects.bulk_update(changed, ["given_months", "next_month_on"])
    vouchering.issue_gifts(gifts=gifts, recorded_at=at, zone=book.zone, is_historic=is_historic)


def _month_of(subscription: Subscription, day: date) -> int:
    """Return the number of the month in which a day is, 1 for the first, the last at most."""
    months = 1
    while months < subscription.months and _start(subscription, months) <= day:
        months += 1
    return months


def next_month(*, subscription: Subscription) -> date | None:
    """Return the day on which something is next due of a membership; None in its last month."""
    is_last = subscription.given_months >= subscription.months
    return None if is_last else _start(subscription, subscription.given_months)


def _start(subscription: Subscription, month: int) -> date:
    return zones.add_months(day=subscription.since_on, months=month)


def gift_of(*, plan: Plan) -> Gift | None:
    """Return the voucher that a plan gives at the start of each month, if it gives one."""
    if plan.voucher_days is None:
        return None
    return Gift(
        name_fr=plan.voucher_fr,
        name_en=plan.voucher_en,
        value_cents=plan.voucher_cents,
        days=plan.voucher_days,
    )


def _lift(
    subscription: Subscription, *, at: datetime, book: Rulebook, is_historic: bool = False
) -> None:
    """Give the plan's tier through the last day, unless one that was given is worth more."""
    member, ladder, rung = subscription.member, book.ladder, _rung_of(subscription, book)
    is_there = rung is not None and member.given_tier_id == rung.pk
    if ladder is None or rung is None or subscription.until_on < book.business_day(at):
        return
    if is_there and member.given_until == subscription.until_on:
        return
    standing.write_ends(member=member, at=at, book=book)
    held = moving.written(member=member, ladder=ladder)
    if _is_worth_more(held, rung, subscription.until_on, ladder):
        return
    after = replace(held, given=rung.code, given_until=subscription.until_on)
    _write(member, held, after, Reason.GIVEN, at=at, book=book, is_historic=is_historic)


def _rung_of(subscription: Subscription, book: Rulebook) -> Rung | None:
    tier = subscription.plan.tier
    return book.tier(tier.code) if tier else None


def _is_worth_more(held: ladders.Standing, rung: Rung, until: date, ladder: Ladder) -> bool:
    given = ladder.get(held.given)
    if given is None or held.given_until is None:
        return False
    return given.rank > rung.rank or (given == rung and held.given_until >= until)


def shorten(
    *, subscription: Subscription, until: date, at: datetime, book: Rulebook, actor: str
) -> None:
    """Let the tier of a membership hold until an earlier day, if it is the one that holds.

    Call it before the membership says so, under the locks of the member, with their tier.
    """
    member, ladder, rung = subscription.member, book.ladder, _rung_of(subscription, book)
    if ladder is None or rung is None:
        return
    standing.write_ends(member=member, at=at, book=book)
    held = moving.written(member=member, ladder=ladder)
    if (held.given, held.given_until) == (rung.code, subscription.until_on):
        after = replace(held, given_until=until)
        _write(member, held, after, Reason.GIVEN, at=at, book=book, actor=actor)


def take_back(*, subscription: Subscription, at: datetime, book: Rulebook, actor: str) -> None:
    """Take the tier of a membership back, if it is the one that holds, and its unused vouchers.

    Call it under the locks of the member, who comes with their tier.
    """
    for voucher in Voucher.objects.filter(
        origin=subscription.public_id, state=VoucherState.OPEN
    ).order_by("pk"):
        vouchering.cancel(voucher=voucher)
    member, ladder, rung = subscription.member, book.ladder, _rung_of(subscription, book)
    if ladder is None or rung is None:
        return
    standing.write_ends(member=member, at=at, book=book)
    held = moving.written(member=member, ladder=ladder)
    if (held.given, held.given_until) != (rung.code, subscription.until_on):
        return
    after = standing.settled_on(
        member=member, standing=replace(held, given=None, given_until=None), at=at, book=book
    )
    _write(member, held, after, Reason.WITHDRAWN, at=at, book=book, actor=actor)


def _write(
    member: Member,
    before: ladders.Standing,
    after: ladders.Standing,
    reason: Reason,
    *,
    at: datetime,
    book: Rulebook,
    actor: str = "",
    is_historic: bool = False,
) -> None:
    move = Move(before=before, after=after, reason=reason, day=book.business_day(at))
    changes = moving.changes_of(
        member=member, moves=[move], at=at, book=book, actor=actor, cause=CAUSE
    )
    moving.keep(changes=changes, book=book, is_historic=is_historic)
