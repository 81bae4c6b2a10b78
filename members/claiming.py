"""A member says that the points of a receipt are missing: found, they are given; else staff look.

Whoever knows the number, the day and the amount has the receipt in hand. So that nobody guesses
them, a member may claim little, and a receipt that was guessed at is for staff to judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.core import keys
from loyalty.core.refusals import NotFound, Refusal
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.programmes import books
from members import answering, attaching, blocking, opening, owning, seeing, words
from members.attaching import PurchaseAlreadyAttached, PurchaseReturned
from members.models import Case, CaseKind, CaseState, Claim, Member, Purchase
from members.selling import OccurredAtOutOfWindow

MOST_A_DAY = 3
MOST_A_MONTH = 10
# So often somebody may be wrong about one receipt before only staff decide about it.
MOST_WRONG = 2
RECEIPT_LONGEST = 80
# Who copies a receipt may be wrong about its day.
NEAR, CANDIDATES = timedelta(days=3), 10
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


class TooManyClaims(Refusal):
    """`most` says how many a member may make in 24 hours; in 30 days it is ten."""

    code = "too-many-claims"
    status = 429
    title = gettext_lazy("You have claimed several receipts. Write to us about the others.")


class ClaimSettled(Refusal):
    code = "claim-settled"
    title = gettext_lazy("There is no claim here, or it was given a receipt already.")


class NoSuchSale(NotFound):
    code = "no-such-sale"
    title = gettext_lazy("This sale is somebody’s by now, or does not fit the claim.")


class ReceiptIsOnCard(Refusal):
    code = "receipt-is-on-card"
    title = gettext_lazy("This receipt is on your card already: see your history.")


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a receipt says: its number, the business day, and the total in cents."""

    number: str
    bought_on: date
    total_cents: int


def claim(*, member: Member, receipt: Receipt, key: str, at: datetime) -> Claim:
    """Give a member the points of a receipt that was nobody's, or open a case about it.

    It is theirs at once if exactly one sale fits, which nobody returned, within the days that
    the programme allows to attach; whatever else is true of it, the answer is the same. A
    repeated key, or the same receipt again, is the same claim: its sale may have arrived since,
    and what staff had resolved without one is reopened. Raises ValidationFailed, ReceiptIsOnCard,
    TooManyClaims, MemberBlocked, MemberClosed, MemberMerged, or as `answering.reply`.
    """
    said = _begin(member, receipt, keys.digest(scope=member.public_id, key=key), at=at)
    return _settle(said, at=at) if said.purchase_id is None else said


@transaction.atomic
def _begin(member: Member, receipt: Receipt, key: str, *, at: datetime) -> Claim:
    number = opening.read(receipt.number, longest=RECEIPT_LONGEST, pointer="/receipt")
    member = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    blocking.check_is_active(member=member)
    told = {"bought_on": receipt.bought_on, "total_cents": receipt.total_cents}
    claims = Claim.objects.filter(member=member)
    # After the lock: a repeat that raced us has committed by now.
    if (
        done := claims.filter(key=key).first()
        or claims.filter(receipt__iexact=number, **told).first()
    ):
        return done
    if _fitting(number, receipt).filter(member=member).exists():
        raise ReceiptIsOnCard
    for most, span in ((MOST_A_DAY, _DAY), (MOST_A_MONTH, _MONTH)):
        if claims.filter(claimed_at__gt=at - span).count() >= most:
            raise TooManyClaims(most=MOST_A_DAY)
    return Claim.objects.create(member=member, receipt=number, key=key, claimed_at=at, **told)


def get_candidates(*, said: Claim, reader: User) -> Sequence[Purchase]:
    """Return up to ten sales of that number around that day that are nobody's, for staff.

    Of the stores of whoever is bound to some: what was sold elsewhere is not theirs to see.
    """
    stores = seeing.get_stores(reader)
    days = (said.bought_on - NEAR, said.bought_on + NEAR)
    # A claim names a number: said again, so that the index of what has one answers.
    sales = Purchase.objects.filter(business_on__range=days, member=None).exclude(receipt="")
    fitting = sales.filter(receipt__iexact=said.receipt).select_related("store")
    if stores is not None:
        fitting = fitting.filter(store__in=stores.values("pk"))
    return list(fitting.order_by("business_on", "pk")[:CANDIDATES])


@posting.retried
@transaction.atomic
def give(*, case: Case, purchase: int, by: User, at: datetime) -> Claim:
    """Give the member of a case the sale that staff found for their claim, by its key.

    By the rules of its moment, and within the days, of whoever shows the card late. Raises
    CaseNotFound, NotPermitted, OwnCard, ClaimSettled, NoSuchSale, and as `attaching.attach`.
    """
    answering.check(case=case, by=by)
    asked = Claim.objects.select_related("member").filter(case=case).first()
    said = _lock(asked) if asked else None
    # Under the lock: what a colleague gave a moment ago is written by now.
    if said is None or said.purchase_id is not None:
        raise ClaimSettled
    sales = get_candidates(said=said, reader=by)
    found = next((one for one in sales if one.pk == purchase), None)
    if found is None:
        raise NoSuchSale
    client = f"user:{by.pk}"
    attaching.attach(purchase=found, member=said.member, key=said.key, at=at, client=client)
    said.purchase = found
    said.save(update_fields=["purchase"])
    return said


@posting.retried
@transaction.atomic
def _settle(said: Claim, *, at: datetime) -> Claim:
    """Give the member the one sale that fits, or let staff look at it."""
    said = _lock(said)
    # Under the lock: what a repeat came to that raced us is written by now.
    if said.purchase_id is None and not _attach(said, at=at):
        _ask(said, at=at)
    return said


def _lock(said: Claim) -> Claim:
    """Lock a claim after the accounts it gives to, as whoever merges them does."""
    posting.lock(said.member.holder_id)
    claims = Claim.objects.select_related("member", "case")
    return claims.select_for_update(of=("self",), no_key=True).get(pk=said.pk)


def _attach(said: Claim, *, at: datetime) -> bool:
    """Give the member the one sale that fits, if it may be given. Says whether it was."""
    purchase = _find(said, at=at)
    if purchase is None:
        return False
    try:
        attaching.attach(purchase=purchase, member=said.member, key=said.key, at=at)
    except (PurchaseAlreadyAttached, PurchaseReturned, OccurredAtOutOfWindow):
        return False
    said.purchase = purchase
    said.save(update_fields=["purchase"])
    return True


def _find(said: Claim, *, at: datetime) -> Purchase | None:
    """Return the only sale that fits. Of a receipt that others were wrong about, none; nor for
    somebody of the staff, who sees what customers leave behind: a colleague looks at it."""
    receipt = Receipt(number=said.receipt, bought_on=said.bought_on, total_cents=said.total_cents)
    fitting = _fitting(said.receipt, receipt)
    if own := fitting.filter(member=said.member_id).first():
        # What the claim itself gave was left unsaid by a process that was killed.
        if own.facts.get("attached", {}).get("key") != said.key:
            raise ReceiptIsOnCard
        return own
    if _is_guessed(said, at=at) or owning.is_of_staff(member=said.member):
        return None
    # Each asked alone, so that the index of what is nobody's answers, and that of the others.
    free = list(fitting.filter(member=None)[:2])
    is_only = len(free) == 1 and not fitting.exclude(member=None).exists()
    return free[0] if is_only else None


def _is_guessed(said: Claim, *, at: datetime) -> bool:
    """Say whether others were wrong about this receipt: its number, of that day."""
    others = Claim.objects.refused().filter(
        receipt__iexact=said.receipt, bought_on=said.bought_on, claimed_at__gt=at - _MONTH
    )
    return others.exclude(pk=said.pk).count() >= MOST_WRONG


def _fitting(number: str, receipt: Receipt) -> QuerySet[Purchase]:
    return Purchase.objects.exclude(receipt="").filter(
        business_on=receipt.bought_on, receipt__iexact=number, total_cents=receipt.total_cents
    )


def _ask(said: Claim, *, at: datetime) -> None:
    """Let staff look at it, once more if they had resolved it."""
    subject, body = _words_of(said)
    if said.case is None:
        said.case = opening.open_case(
            member=said.member,
            kind=CaseKind.CLAIM,
            subject=subject,
            body=body,
            at=at,
            source="claim",
            key=f"claim:{said.key}",
        )
        said.save(update_fields=["case"])
    elif said.case.state == CaseState.RESOLVED:
        key = f"claim:{said.key}:{said.case.reopened}"
        answering.reply(case=said.case, member=said.member, text=body, key=key, at=at)


def _words_of(said: Claim) -> tuple[str, str]:
    """Return what a claim says, in its member's language: in a line, and whole."""
    with translation.override(said.member.language):
        told = {
            "receipt": said.receipt,
            "day": date_format(said.bought_on),
            "amount": words.of_amount(cents=said.total_cents, currency=books.get_book().currency),
        }
        subject = _("Missing points: receipt %(receipt)s") % told
        body = _("Receipt %(receipt)s of %(day)s, %(amount)s: its points are missing.") % told
    return subject, body
