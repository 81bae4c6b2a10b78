"""What somebody did: points with why, purchases with their lines, rewards, vouchers."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from loyalty.core import money
from loyalty.dossier.sections import Section, Value, table
from loyalty.ledger import balances
from loyalty.ledger.models import Account
from loyalty.programmes.rulebook import Rulebook
from members import sharing, statements, words
from members.models import (
    HouseholdStay,
    Member,
    MemberEvent,
    Purchase,
    PurchaseLine,
    Return,
    SubscriptionPayment,
    Voucher,
)
from members.statements import Flow, Movement
from rewards.models import Redemption

_PAGE = 500


def sections(*, member: Member, at: datetime, book: Rulebook) -> Iterator[Section]:
    """Yield what is held of what a member earned, spent and bought."""
    yield _balances(member, at=at, book=book)
    yield _movements(member, at=at, book=book)
    yield _purchases(member, currency=book.currency)
    yield _lines(member, currency=book.currency)
    yield _returns(member, book=book)
    yield _events(member)
    yield _redemptions(member)
    yield _vouchers(member, currency=book.currency)
    yield _memberships(member, currency=book.currency)


def _balances(member: Member, *, at: datetime, book: Rulebook) -> Section:
    columns = [
        ("wallet", _("Wallet")),
        ("available", _("Available")),
        ("pending", _("Pending")),
        ("reserved", _("Reserved")),
        ("owed", _("Owed")),
        ("next_expiry_points", _("Next to expire")),
        ("next_expiry_at", _("Expires at")),
    ]
    found = balances.get_balances(holder_ids=[member.holder_id], at=at).get(member.holder_id, {})
    rows = (
        (
            words.of_wallet(code, book=book), has.available, has.pending, has.held, has.debt,
            has.next_expiry.points if has.next_expiry else None,
            has.next_expiry.at if has.next_expiry else None,
        )
        for code, has in sorted(found.items())
    )  # fmt: skip
    return table("balances", _("Points you have"), columns, rows)


def _movements(member: Member, *, at: datetime, book: Rulebook) -> Section:
    columns = [
        ("wallet", _("Wallet")),
        ("occurred_at", _("When")),
        ("what", _("What")),
        ("points", _("Points")),
        ("balance", _("Balance")),
        ("why", _("Why")),
        ("purchase", _("Purchase")),
        ("usable_until", _("Expires at")),
    ]
    # Of a shared account what was done for them alone.
    homes = HouseholdStay.objects.filter(member=member).values("household__holder")
    theirs = Account.objects.filter(Q(holder=member.holder_id) | Q(holder__in=homes))
    accounts = theirs.select_related("wallet")
    rows: list[tuple[Value, ...]] = []
    for account in accounts.order_by("wallet__code", "pk"):
        wallet = words.of_wallet(account.wallet.code, book=book)
        told = _told(member, account, at=at, book=book)
        rows += [
            (
                wallet, row.occurred_at, row.in_words(), row.points or row.pending, row.balance,
                "; ".join(f"{part.name}: {part.points:+d}" for part in row.parts),
                row.purchase.public_id if row.purchase else None, row.usable_until,
            )
            for row in told
        ]  # fmt: skip
    return table("movements", _("Every movement of your points, with why"), columns, rows)


def _told(member: Member, account: Account, *, at: datetime, book: Rulebook) -> Iterator[Movement]:
    cursor: str | None = None
    while True:
        page = statements.get_statement(
            member=member, account=account, at=at, book=book, flow=Flow.BOOK, cursor=cursor,
            limit=_PAGE,
            on_behalf_of=sharing.on_behalf_of(member=member, account=account),
        )  # fmt: skip
        yield from page.movements
        cursor = page.next_cursor
        if cursor is None:
            return


def _purchases(member: Member, *, currency: str) -> Section:
    columns = [
        ("id", _("Purchase")),
        ("occurred_at", _("When")),
        ("store", _("Store")),
        ("channel", _("Channel")),
        ("till", _("Till")),
        ("receipt", _("Receipt")),
        ("total", _("Total")),
        ("currency", _("Currency")),
        ("points", _("Points")),
        ("payments", _("Paid by")),
    ]
    bought = Purchase.objects.filter(member=member).select_related("store")
    rows = (
        (
            row.public_id, row.occurred_at, row.store.name if row.store else None, row.channel,
            row.till, row.receipt, money.to_text(cents=row.total_cents, currency=currency),
            currency, row.points, ", ".join(str(paid.get("means", "")) for paid in row.payments),
        )
        for row in bought.order_by("occurred_at", "pk")
    )  # fmt: skip
    return table("purchases", _("Purchases"), columns, rows)


def _lines(member: Member, *, currency: str) -> Section:
    columns = [
        ("purchase", _("Purchase")),
        ("position", _("Line")),
        ("sku", _("SKU")),
        ("name", _("Name")),
        ("category", _("Category")),
        ("brand", _("Brand")),
        ("tags", _("Tags")),
        ("quantity", _("Quantity")),
        ("amount", _("Amount")),
    ]
    lines = PurchaseLine.objects.filter(purchase__member=member).select_related("purchase")
    rows = (
        (
            row.purchase.public_id, row.position, row.sku, row.name, row.category, row.brand,
            ", ".join(row.tags), row.quantity,
            money.to_text(cents=row.amount_cents, currency=currency),
        )
        for row in lines.order_by("purchase__occurred_at", "purchase", "position")
    )  # fmt: skip
    return table("purchase_lines", _("Lines of your purchases"), columns, rows)


def _returns(member: Member, *, book: Rulebook) -> Section:
    columns = [
        ("id", _("Return")),
        ("purchase", _("Purchase")),
        ("occurred_at", _("When")),
        ("store", _("Store")),
        ("receipt", _("Receipt")),
        ("goods", _("What came back")),
        ("total", _("Total")),
        ("points", _("Points taken back")),
    ]
    given = Return.objects.filter(purchase__member=member).select_related("purchase", "store")
    rows = (
        (
            row.public_id, row.purchase.public_id, row.occurred_at,
            row.store.name if row.store else None, row.receipt,
            "; ".join(f"{line.quantity.normalize():f} × {line.line}" for line in row.lines.all()),
            money.to_text(cents=row.total_cents, currency=book.currency),
            row.taken.get(book.spending_wallet, 0),
        )
        for row in given.prefetch_related("lines__line").order_by("occurred_at", "pk")
    )  # fmt: skip
    return table("returns", _("What you brought back"), columns, rows)


def _events(member: Member) -> Section:
    columns = [
        ("event", _("Event")),
        ("reference", _("Reference")),
        ("occurred_at", _("When")),
        ("points", _("Points")),
    ]
    rows = (
        (event.name, event.reference, event.occurred_at, event.award.get("points", 0))
        for event in MemberEvent.objects.filter(member=member).order_by("occurred_at", "pk")
    )
    return table("events", _("What else earned you points"), columns, rows)


def _redemptions(member: Member) -> Section:
    columns = [
        ("id", _("Redemption")),
        ("reward", _("Reward")),
        ("points", _("Points")),
        ("redeemed_at", _("When")),
        ("cancelled_at", _("Cancelled")),
    ]
    had = Redemption.objects.filter(member=member).select_related("reward")
    rows = (
        (row.public_id, row.reward.name, row.points, row.redeemed_at, row.cancelled_at)
        for row in had.order_by("redeemed_at", "pk")
    )
    return table("redemptions", _("Rewards you had"), columns, rows)


def _vouchers(member: Member, *, currency: str) -> Section:
    columns = [
        ("code", _("Code")),
        ("name", _("Name")),
        ("worth", _("Worth")),
        ("state", _("State")),
        ("issued_at", _("Issued")),
        ("expires_at", _("Expires at")),
        ("used_at", _("Used")),
    ]
    rows = (
        (
            row.spelled, row.name,
            None if row.value_cents is None
            else money.to_text(cents=row.value_cents, currency=currency),
            row.get_state_display(), row.issued_at, row.expires_at, row.used_at,
        )
        for row in Voucher.objects.filter(member=member).order_by("issued_at", "pk")
    )  # fmt: skip
    return table("vouchers", _("Vouchers"), columns, rows)


def _memberships(member: Member, *, currency: str) -> Section:
    columns = [
        ("plan", _("Membership plan")),
        ("state", _("State")),
        ("reference", _("Reference")),
        ("paid", _("Paid")),
        ("paid_at", _("When")),
        ("from", _("From")),
        ("through", _("Through")),
        ("returned_at", _("Given back")),
    ]
    fees = SubscriptionPayment.objects.filter(subscription__member=member)
    rows = (
        (
            str(fee.subscription.plan), fee.subscription.get_state_display(), fee.reference,
            money.to_text(cents=fee.paid_cents, currency=currency), fee.occurred_at,
            fee.from_on, fee.until_on, fee.returned_at,
        )
        for fee in fees.select_related("subscription__plan").order_by("occurred_at", "pk")
    )  # fmt: skip
    return table("memberships", _("Memberships you paid for"), columns, rows)
