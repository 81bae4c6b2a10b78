"""Paid memberships: what a till or a shop reports as paid, what that gives, and how it ends.

No money is taken here. A term begins on the day of its payment, or after the term before it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids, zones
from loyalty.core.refusals import ConcurrentUpdate, NotFound, Refusal
from loyalty.events import outbox
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.programmes import books
from loyalty.programmes.models import Plan
from loyalty.programmes.rulebook import Rulebook
from members import benefits, blocking, memberships, selling
from members.models import Member, Subscription, SubscriptionPayment, SubscriptionState

PERMISSION = "members.change_subscription"
_DAY = timedelta(days=1)


class PlanNotFound(Refusal):
    code = "plan-not-found"
    status = 404
    title = _("There is no such membership plan.")


class PlanNotOnSale(Refusal):
    code = "plan-not-on-sale"
    title = _("This membership plan is not on sale.")


class OtherPlanHeld(Refusal):
    """`plan` is what they have, `until` the last day on which they have it."""

    code = "other-plan-held"
    title = _("The member has another membership, which has not ended.")


class ReferenceReused(Refusal):
    code = "payment-reference-reused"
    title = _("This payment was reported before, and otherwise.")


class SubscriptionOver(Refusal):
    code = "subscription-over"
    title = _("This membership is over.")


@dataclass(frozen=True, kw_only=True)
class Paid:
    """A fee that was paid: whose, for what, the payer's own reference, cents, and when."""

    member: Member
    plan: Plan
    reference: str
    paid_cents: int
    occurred_at: datetime


def get_plan(*, code: str) -> Plan:
    """Return a plan by its code, on sale or not, or raise PlanNotFound."""
    plan = Plan.objects.select_related("tier").filter(code=code).first()
    if plan is None:
        raise PlanNotFound
    return plan


def get_subscription(*, public_id: str) -> Subscription:
    """Return somebody's membership, or raise NotFound."""
    found = Subscription.objects.with_plan().filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@posting.retried
@transaction.atomic
def record(
    *,
    paid: Paid,
    key: str,
    at: datetime,
    actor: str = "",
    by: User | None = None,
    is_historic: bool = False,
) -> SubscriptionPayment:
    """Keep a fee that was paid, and let the membership begin or go on for a term.

    It goes on from its end where it was paid on or before its last day, and will be renewed
    again if it was cancelled; later, another begins on the day of payment. The tier of the plan
    holds through the last day, and what this month gives is given now. A repeated key or
    reference returns the first payment and gives nothing more. `by` is somebody of the staff.

    Raises MemberClosed, MemberMerged, OccurredAtOutOfWindow, OtherPlanHeld, PlanNotOnSale,
    ReferenceReused, posting.KeyReused, or owning.OwnCard.
    """
    book = books.get_book()
    member = blocking.lock(member=paid.member, by=by)
    # After the lock: a repeat that raced us has committed by now.
    if done := _find_done(paid, key):
        return done
    selling.check_moment(occurred_at=paid.occurred_at, at=at)
    blocking.check_is_current(member=member)
    day = book.business_day(min(paid.occurred_at, at))
    subscription = _lengthen(member, paid.plan, day, book) or _begin(member, paid.plan, day)
    payment = _keep(subscription, paid, key=key, at=at, actor=actor)
    benefits.give(subscription=subscription, at=at, book=book, is_historic=is_historic)
    blocking.note(member=member, what="membership-paid", reason="")
    outbox.record("subscription.paid", subscription.facts(), at=at, is_historic=is_historic)
    return payment


def _find_done(paid: Paid, key: str) -> SubscriptionPayment | None:
    known = SubscriptionPayment.objects.filter(Q(key=key) | Q(reference=paid.reference))
    done = known.select_related("subscription__plan__tier", "subscription__member").first()
    if done is None:
        return None
    if done.reference != paid.reference:
        raise posting.KeyReused
    if not done.says(member=paid.member, plan=paid.plan, paid_cents=paid.paid_cents):
        raise ReferenceReused
    return done


def _lengthen(member: Member, plan: Plan, day: date, book: Rulebook) -> Subscription | None:
    """Return the membership that goes on, not saved yet; None where another one begins."""
    paid = Subscription.objects.filter(member=member, until_on__gte=day).with_plan()
    held = [one for one in paid.order_by("-until_on", "-pk") if not _was_cut(one, book)]
    same = next((one for one in held if one.plan_id == plan.pk), None)
    if same is None:
        if held:
            raise OtherPlanHeld(plan=held[0].plan.code, until=held[0].until_on.isoformat())
        return None
    same.member, same.ended_at = member, None
    same.months += plan.term_months
    same.until_on = _last_day(same.since_on, same.months)
    same.state, same.cancelled_at, same.cancelled_by = SubscriptionState.ACTIVE, None, ""
    return same


def _was_cut(subscription: Subscription, book: Rulebook) -> bool:
    """Say whether a membership was ended before the end of what was paid."""
    end = zones.end_of_day(day=subscription.until_on, zone=book.zone)
    return subscription.ended_at is not None and subscription.ended_at < end


def _begin(member: Member, plan: Plan, day: date) -> Subscription:
    if not plan.is_on_sale:
        raise PlanNotOnSale
    return Subscription(
        public_id=ids.new("sub"),
        member=member,
        plan=plan,
        since_on=day,
        until_on=_last_day(day, plan.term_months),
        months=plan.term_months,
    )


def _last_day(since: date, months: int) -> date:
    return zones.add_months(day=since, months=months) - _DAY


def _keep(
    subscription: Subscription, paid: Paid, *, key: str, at: datetime, actor: str
) -> SubscriptionPayment:
    months = subscription.plan.term_months
    subscription.save()
    payment = SubscriptionPayment(
        subscription=subscription,
        reference=paid.reference,
        paid_cents=paid.paid_cents,
        months=months,
        from_on=zones.add_months(day=subscription.since_on, months=subscription.months - months),
        until_on=subscription.until_on,
        occurred_at=paid.occurred_at,
        recorded_at=at,
        reported_by=actor,
        key=key,
    )
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError as error:
        # Of another member at the same moment: whoever asks again is told which.
        raise ConcurrentUpdate from error
    return payment


@posting.retried
@transaction.atomic
def cancel(
    *, subscription: Subscription, at: datetime, actor: str, by: User | None = None
) -> Subscription:
    """Let a membership end with the term that is paid. All that it gives goes on until then.

    Cancelling twice is cancelling once. Raises SubscriptionOver, or owning.OwnCard.
    """
    mine, _book = _open(subscription, at=at, by=by)
    if mine.state == SubscriptionState.CANCELLED:
        return mine
    mine.state, mine.cancelled_at, mine.cancelled_by = SubscriptionState.CANCELLED, at, actor
    mine.save(update_fields=["state", "cancelled_at", "cancelled_by"])
    blocking.note(member=mine.member, what="membership-cancelled", reason="")
    outbox.record("subscription.cancelled", mine.facts(), at=at)
    return mine


@posting.retried
@transaction.atomic
def give_back(
    *, subscription: Subscription, at: datetime, actor: str, by: User | None = None
) -> Subscription:
    """End a membership at once, since the fee of its last term was given back.

    Its tier is taken back, and vouchers of it that nobody used are cancelled. Where that term
    has not begun, the one before goes on to its end, as if it had been cancelled. Raises
    SubscriptionOver, or owning.OwnCard.
    """
    mine, book = _open(subscription, at=at, by=by)
    last = mine.payments.filter(until_on=mine.until_on, returned_at=None).first()
    if last is not None and last.from_on > book.business_day(at):
        return _shorten(mine, last, at=at, actor=actor, book=book)
    benefits.take_back(subscription=mine, at=at, book=book, actor=actor)
    mine.payments.filter(until_on=mine.until_on, returned_at=None).update(returned_at=at)
    mine.state, mine.ended_at, mine.next_month_on = SubscriptionState.ENDED, at, None
    mine.cancelled_at, mine.cancelled_by = mine.cancelled_at or at, mine.cancelled_by or actor
    mine.save()
    blocking.note(member=mine.member, what="membership-ended", reason="")
    outbox.record("subscription.ended", mine.facts(), at=at)
    return mine


def _shorten(
    mine: Subscription, last: SubscriptionPayment, *, at: datetime, actor: str, book: Rulebook
) -> Subscription:
    """Take a term off the end that was paid before it began."""
    until = last.from_on - _DAY
    benefits.shorten(subscription=mine, until=until, at=at, book=book, actor=actor)
    last.returned_at = at
    last.save(update_fields=["returned_at"])
    mine.months, mine.until_on = mine.months - last.months, until
    mine.next_month_on = benefits.next_month(subscription=mine)
    mine.state = SubscriptionState.CANCELLED
    mine.cancelled_at, mine.cancelled_by = mine.cancelled_at or at, mine.cancelled_by or actor
    mine.save()
    blocking.note(member=mine.member, what="membership-cancelled", reason="")
    outbox.record("subscription.cancelled", mine.facts(), at=at)
    return mine


def _open(
    subscription: Subscription, *, at: datetime, by: User | None
) -> tuple[Subscription, Rulebook]:
    """Lock a membership with its member, and return it as it is then."""
    book = books.get_book()
    member = blocking.lock(member=subscription.member, by=by)
    mine = Subscription.objects.with_plan().get(pk=subscription.pk)
    mine.member = member
    if mine.state_on(book.business_day(at)) == SubscriptionState.ENDED:
        raise SubscriptionOver
    return mine, book


@transaction.atomic
def keep_up(*, day: date, at: datetime, limit: int = 1_000) -> int:
    """Write down, as of the end of a day, what is over; give what the next day begins.

    Up to `limit` of each; returns how many. Ask again until it returns 0. Twice is once.
    """
    book = books.get_book()
    if not book.has_plans:
        return 0
    return _end_due(day, book, limit) + benefits.give_due(
        day=day + _DAY, at=at, book=book, limit=limit
    )


def _end_due(day: date, book: Rulebook, limit: int) -> int:
    due = Subscription.objects.over(day=day).order_by("until_on", "pk")
    found = memberships.lock(pks=list(due.values_list("pk", flat=True)[:limit]))
    # Read after the lock: one may have been renewed meanwhile.
    ended = [one for one in found if one.until_on <= day]
    events = []
    for one in ended:
        one.state, one.next_month_on = SubscriptionState.ENDED, None
        one.ended_at = over_at = zones.end_of_day(day=one.until_on, zone=book.zone)
        events.append(outbox.Event("subscription.ended", one.facts(), over_at, False))
    Subscription.objects.bulk_update(ended, ["state", "next_month_on", "ended_at"])
    outbox.record_many(events)
    return len(found)
