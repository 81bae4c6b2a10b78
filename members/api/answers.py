"""What tills are answered about members and purchases, in the caller's language.

Plain dictionaries: a queue waits for them. `schemas.py` describes them and the tests hold
each answer against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Subquery

from loyalty.clients.models import Client, Scope
from loyalty.core import languages, money
from loyalty.ledger import balances
from loyalty.ledger.balances import Balance, NextExpiry
from loyalty.ledger.models import Account
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award
from members import standing
from members.finding import MemberNotFound
from members.models import Card, CardState, Member, Purchase, Voucher
from members.selling import Sale
from members.standing import Standing

_INSTANT = timedelta(microseconds=1)
_SPENDING = frozenset({Scope.POINTS_SPEND, Scope.REWARDS_WRITE})


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a member has at a moment: points by wallet, and where they stand."""

    balance: Balance
    standing: Standing


def get_figures(*, member: Member, at: datetime, book: Rulebook) -> Figures:
    """Return a member's balance in the wallet they spend from, and their standing."""
    wallets = balances.get_balances(holder_ids=[member.holder_id], at=at)[member.holder_id]
    return Figures(
        balance=wallets[book.spending_wallet],
        standing=standing.get_standing(member=member, at=at),
    )


def of_member(*, member: Member, client: Client, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return a member as this client may see them: who they are needs `members:read`.

    A voucher's code spends, so that it needs a scope that spends.
    """
    figures = get_figures(member=member, at=at, book=book)
    is_known = Scope.MEMBERS_READ in client.scopes
    may_spend = not _SPENDING.isdisjoint(client.scopes)
    return {
        "id": member.public_id,
        "kind": member.kind.lower(),
        "state": member.state.lower(),
        "language": member.language,
        "enrolled_at": _moment(member.enrolled_at, book),
        "identity": _identity(member) if is_known else None,
        "cards": _cards(member) if is_known else None,
        "balance": of_balance(balance=figures.balance, book=book),
        "tier": _tier(figures.standing, book),
        "vouchers": [
            of_voucher(voucher=voucher, book=book, with_code=may_spend)
            for voucher in _open_vouchers(member, at)
        ],
    }


def of_newcomer(*, member: Member, client: Client, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return a member just enrolled, with the card to hand over, whatever the scopes."""
    return of_member(member=member, client=client, at=at, book=book) | {"cards": _cards(member)}


def of_points(*, member: str, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return what the member of an id has, and nothing else, in two statements.

    Raises MemberNotFound.
    """
    balance = balances.get_balance(account=_get_account(member, book), at=at)
    return {"member": member, **of_balance(balance=balance, book=book)}


def _get_account(member: str, book: Rulebook) -> Account:
    if not member.isascii() or not member.isprintable():
        raise MemberNotFound
    holder = Member.objects.filter(public_id=member).values("holder_id")
    account = (
        Account.objects.select_related("wallet")
        .filter(holder=Subquery(holder), wallet__code=book.spending_wallet)
        .first()
    )
    if account is None:
        raise MemberNotFound
    return account


def of_purchase(*, purchase: Purchase, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return a purchase with its award, and what its member has now. Anonymous: null."""
    member = purchase.member
    figures = get_figures(member=member, at=at, book=book) if member else None
    return {
        "id": purchase.public_id,
        "receipt": purchase.receipt,
        "member": member.public_id if member else None,
        "total": money.to_text(cents=purchase.total_cents, currency=book.currency),
        "award": _award(purchase.award, book),
        "balance": of_balance(balance=figures.balance, book=book) if figures else None,
        "tier": _tier(figures.standing, book) if figures else None,
        # Rules give none yet; the list is there so that a till can count on it.
        "vouchers": [],
    }


def of_preview(*, award: Award, sale: Sale, book: Rulebook) -> dict[str, Any]:
    """Return what a purchase would be awarded."""
    return {
        "member": sale.member.public_id if sale.member else None,
        "total": money.to_text(cents=sale.total_cents, currency=book.currency),
        "award": _award(award.as_json(), book),
    }


def of_voucher(*, voucher: Voucher, book: Rulebook, with_code: bool) -> dict[str, Any]:
    """Return what a voucher stands for and until when, and its code as a person reads it."""
    cents = voucher.value_cents
    return {
        "code": voucher.spelled if with_code else None,
        "name": voucher.name,
        "value": None if cents is None else money.to_text(cents=cents, currency=book.currency),
        "expires_at": _moment(voucher.expires_at, book),
        "valid_until": _last_day(voucher.expires_at, book),
    }


def of_balance(*, balance: Balance, book: Rulebook) -> dict[str, Any]:
    """Return points by what can be done with them; below zero the member owes some."""
    return {
        "available": balance.shown,
        "pending": balance.pending,
        "held": balance.held,
        "next_expiry": _expiry(balance.next_expiry, book),
    }


def _award(award: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    return {
        "points": award["points"],
        "lines": [_award_line(line, book) for line in award["lines"]],
        "refused": [
            {"rule": refused["rule"], "why": refused["why"]} for refused in award["refused"]
        ],
    }


def _award_line(line: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    shown = {"rule": line["rule"], "name": _name(line), "points": line["points"]}
    if line["wallet"] != book.spending_wallet:
        shown["wallet"] = line["wallet"]
    return shown


def _name(named: Mapping[str, Any]) -> str:
    return languages.in_language(french=str(named["name_fr"]), english=str(named["name_en"]))


def _expiry(expiry: NextExpiry | None, book: Rulebook) -> dict[str, Any] | None:
    if expiry is None:
        return None
    return {
        "points": expiry.points,
        "at": _moment(expiry.at, book),
        "valid_until": _last_day(expiry.at, book),
    }


def _tier(now: Standing, book: Rulebook) -> dict[str, Any] | None:
    if now.tier is None and now.to_next is None:
        return None
    return {
        "code": now.tier.code if now.tier else None,
        "until": _day(now.until),
        "to_next": {
            "tier": now.to_next.tier,
            "measure": "spend",
            "missing": money.to_text(cents=now.to_next.missing_cents, currency=book.currency),
        }
        if now.to_next
        else None,
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


def _moment(moment: datetime, book: Rulebook) -> str:
    return moment.astimezone(book.zone).isoformat(timespec="seconds")


def _last_day(expires_at: datetime, book: Rulebook) -> str:
    return book.business_day(expires_at - _INSTANT).isoformat()


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
