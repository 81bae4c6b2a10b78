"""What tills are answered about members and purchases, in the caller's language.

Plain dictionaries: a queue waits for them. `schemas.py` describes them and the tests hold
each answer against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from loyalty.clients.models import Client, Scope
from loyalty.core import money
from loyalty.ledger import balances
from loyalty.ledger.balances import Balance, NextExpiry
from loyalty.ledger.models import Account
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award
from members import handing, memberships, offering, proving, standing
from members.api import breakdowns, tiers
from members.finding import MemberNotFound
from members.models import Card, CardState, Member, Purchase, Return, Voucher
from members.selling import Sale
from members.standing import Standing

_OF_POINTS = ("hold", "points", "offline", "short")
_SPENDING = frozenset({Scope.POINTS_SPEND, Scope.REWARDS_WRITE})


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a member has at a moment: points by wallet, and where they stand."""

    balance: Balance
    standing: Standing
    wallets: Mapping[str, Balance]


def get_figures(*, member: Member, at: datetime, book: Rulebook) -> Figures:
    """Return a member's balance in the wallet they spend from, and their standing."""
    wallets = balances.get_balances(holder_ids=[member.holder_id], at=at)[member.holder_id]
    return Figures(
        balance=wallets[book.spending_wallet],
        standing=standing.get_standing(member=member, at=at, book=book),
        wallets=wallets,
    )


def of_member(
    *, member: Member, client: Client, at: datetime, book: Rulebook, is_there: bool = False
) -> dict[str, Any]:
    """Return a member as this client may see them: who they are needs `members:read`.

    A voucher's code spends, so that it needs a scope that spends and, where the programme asks
    for the code on the member's phone, somebody who `is_there`.
    """
    figures = get_figures(member=member, at=at, book=book)
    is_known = Scope.MEMBERS_READ in client.scopes
    may_spend = not _SPENDING.isdisjoint(client.scopes)
    shows_codes = may_spend and (is_there or not proving.is_asked(book=book))
    return {
        "id": member.public_id,
        "kind": member.kind.lower(),
        "state": member.state.lower(),
        "language": member.language,
        "enrolled_at": moment_of(member.enrolled_at, book),
        "identity": _identity(member) if is_known else None,
        "cards": _cards(member) if is_known else None,
        "balance": of_balance(balance=figures.balance, book=book),
        "tier": tiers.of_standing(figures.standing, book),
        "stamps": breakdowns.of_stamps(figures.wallets, book),
        "membership": _membership(member, at, book),
        "vouchers": [
            of_voucher(voucher=voucher, book=book, with_code=shows_codes)
            for voucher in _open_vouchers(member, at)
        ],
        "offers": [
            breakdowns.of_offer(offered)
            for offered in offering.get_offers(member=member, at=at, book=book)
        ],
    }


def _membership(member: Member, at: datetime, book: Rulebook) -> dict[str, Any] | None:
    """Return what a member pays for. No statement where no plan is sold."""
    day = book.business_day(at)
    held = memberships.get_held(member=member, day=day) if book.has_plans else None
    return breakdowns.of_membership(held, day=day) if held else None


def of_newcomer(*, member: Member, client: Client, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return a member just enrolled, with the card to hand over, whatever the scopes."""
    shown = of_member(member=member, client=client, at=at, book=book, is_there=True)
    return shown | {"cards": _cards(member)}


def of_proof(
    *, member: Member | None, client: Client, at: datetime, book: Rulebook
) -> dict[str, Any] | None:
    """Return what shows that a member is there to spend; to nobody who could not spend theirs."""
    if member is None or _SPENDING.isdisjoint(client.scopes):
        return None
    return {
        "token": proving.give(member=member, client=client.public_id, at=at),
        "expires_at": moment_of(at + proving.LASTS, book),
    }


def of_points(*, member: str, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return what the member of an id has, and nothing else, in two statements.

    Raises MemberNotFound.
    """
    balance = balances.get_balance(account=get_account(member, book), at=at)
    return {"member": member, **of_balance(balance=balance, book=book)}


def get_account(member: str, book: Rulebook) -> Account:
    """Return the account that a member spends from. Raises MemberNotFound."""
    if not member.isascii() or not member.isprintable():
        raise MemberNotFound
    # Of a member who was merged, what the survivor has.
    holder = Member.objects.filter(public_id=member).values(
        whose=Coalesce("merged_into__holder", "holder")
    )
    own = Account.objects.filter(holder=Subquery(holder), wallet__code=book.spending_wallet)
    # Of who is in a household, what that has.
    spent = own.values(whose=Coalesce("merged_into", "pk"))
    account = Account.objects.select_related("wallet").filter(pk=Subquery(spent)).first()
    if account is None:
        raise MemberNotFound
    return account


def of_purchase(
    *, purchase: Purchase, client: Client, at: datetime, book: Rulebook
) -> dict[str, Any]:
    """Return a purchase, its award and vouchers, and what its member has. Anonymous: null."""
    member = purchase.member
    figures = get_figures(member=member, at=at, book=book) if member else None
    may_spend = not _SPENDING.isdisjoint(client.scopes)
    given = handing.get_given(purchase=purchase, book=book)
    return {
        "id": purchase.public_id,
        "receipt": purchase.receipt,
        "member": member.public_id if member else None,
        "total": money.to_text(cents=purchase.total_cents, currency=book.currency),
        "award": breakdowns.of_award(purchase.award, book),
        "balance": of_balance(balance=figures.balance, book=book) if figures else None,
        "tier": tiers.of_standing(figures.standing, book) if figures else None,
        "vouchers": [of_voucher(voucher=one, book=book, with_code=may_spend) for one in given],
        "payments": [_payment(paid, book) for paid in purchase.payments],
    }


def of_return(*, returned: Return, client: Client, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return what came back, how, what it took, and what the member has now. Anonymous: null."""
    purchase = returned.purchase
    member = purchase.member
    figures = get_figures(member=member, at=at, book=book) if member else None
    left = purchase.total_cents - purchase.returned_cents
    return {
        "id": returned.public_id,
        "purchase": purchase.public_id,
        "receipt": returned.receipt,
        "member": member.public_id if member else None,
        "total": money.to_text(cents=returned.total_cents, currency=book.currency),
        "left": money.to_text(cents=left, currency=book.currency),
        "taken_back": [
            {"wallet": wallet, "points": points} for wallet, points in returned.moved.items()
        ],
        **_vouchers_of(returned, client, book),
        "balance": of_balance(balance=figures.balance, book=book) if figures else None,
        "tier": tiers.of_standing(figures.standing, book) if figures else None,
    }


def _vouchers_of(returned: Return, client: Client, book: Rulebook) -> dict[str, Any]:
    """Return how a return is paid back, and which vouchers it asked back: a statement if any."""
    given = {one["voucher"]: one["state"] for one in returned.vouchers}
    made = [part["voucher"] for part in returned.refund if "voucher" in part]
    known = Voucher.objects.in_bulk([*given, *made]) if given or made else {}
    may_spend = not _SPENDING.isdisjoint(client.scopes)

    def shown(pk: int, *, with_code: bool) -> dict[str, Any]:
        return of_voucher(voucher=known[pk], book=book, with_code=with_code)

    return {
        "refund": [
            _payment(part, book)
            | (
                {"voucher": shown(part["voucher"], with_code=may_spend)}
                if "voucher" in part
                else {}
            )
            for part in returned.refund
        ],
        "vouchers": [
            {**shown(pk, with_code=False), "state": state.lower()} for pk, state in given.items()
        ],
    }


def of_preview(*, award: Award, sale: Sale, book: Rulebook) -> dict[str, Any]:
    """Return what a purchase would be awarded."""
    return {
        "member": sale.member.public_id if sale.member else None,
        "total": money.to_text(cents=sale.total_cents, currency=book.currency),
        "award": breakdowns.of_award(award.as_json(), book),
    }


def of_voucher(*, voucher: Voucher, book: Rulebook, with_code: bool) -> dict[str, Any]:
    """Return what a voucher stands for and until when, and its code as a person reads it."""
    cents = voucher.value_cents
    return {
        "code": voucher.spelled if with_code else None,
        "name": voucher.name,
        "value": None if cents is None else money.to_text(cents=cents, currency=book.currency),
        "expires_at": moment_of(voucher.expires_at, book),
        "valid_until": book.last_day(voucher.expires_at).isoformat(),
    }


def of_one_voucher(*, voucher: Voucher, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return a voucher whole, to a client that may spend it. Needs `with_member`."""
    return {
        **of_voucher(voucher=voucher, book=book, with_code=True),
        "state": voucher.state_at(at).lower(),
        "member": voucher.member.public_id,
        "issued_at": moment_of(voucher.issued_at, book),
        "used_at": moment_of(voucher.used_at, book) if voucher.used_at else None,
    }


def of_balance(*, balance: Balance, book: Rulebook) -> dict[str, Any]:
    """Return points by what can be done with them; below zero the member owes some."""
    return {
        "available": balance.shown,
        "pending": balance.pending,
        "held": balance.held,
        "next_expiry": _expiry(balance.next_expiry, book),
    }


def _payment(paid: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    """Return what one means paid; with points, which and how many, and what was missing."""
    shown = {
        "means": paid["means"],
        "amount": money.to_text(cents=paid["amount_cents"], currency=book.currency),
    }
    return shown | {name: paid[name] for name in _OF_POINTS if name in paid}


def _expiry(expiry: NextExpiry | None, book: Rulebook) -> dict[str, Any] | None:
    if expiry is None:
        return None
    return {
        "points": expiry.points,
        "at": moment_of(expiry.at, book),
        "valid_until": book.last_day(expiry.at).isoformat(),
    }


def _identity(member: Member) -> dict[str, Any]:
    return {
        "first_name": member.first_name,
        "last_name": member.last_name,
        "email": member.email,
        "phone": str(member.phone) if member.phone else None,
        "birthday": f"{member.birth_month:02}-{member.birth_day:02}"
        if member.birth_month
        else None,
    }


def _cards(member: Member) -> Sequence[str]:
    active = Card.objects.filter(member=member, state=CardState.ACTIVE)
    return list(active.order_by("issued_at", "pk").values_list("number", flat=True))


def _open_vouchers(member: Member, at: datetime) -> Sequence[Voucher]:
    mine = Voucher.objects.open(at=at).filter(member=member)
    return list(mine.order_by("expires_at", "pk"))


def moment_of(moment: datetime, book: Rulebook) -> str:
    """Return a moment as tills read it: to the second, by the shops' clocks."""
    return moment.astimezone(book.zone).isoformat(timespec="seconds")
