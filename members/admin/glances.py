"""What a member's page says first: points, tier and last purchases, each one small panel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import standing
from members.admin import words
from members.models import Member, Purchase

_RECENT = 10


@dataclass(frozen=True)
class Having:
    """What a member has in one wallet, by its policy's name, and until when some of it."""

    wallet: str
    balance: Balance
    last_day: date | None


def show_points(*, member: Member, at: datetime) -> SafeString:
    """Return what a member has at a moment, wallet by wallet, the one they spend first."""
    found = balances.get_balances(holder_ids=[member.holder_id], at=at)
    having = list(_having(found.get(member.holder_id, {}), book=books.get_book()))
    return _render("points", {"wallets": having, "holder": member.holder_id})


def show_tier(*, member: Member, at: datetime) -> SafeString:
    """Return a member's tier, what is missing to the next, and what keeps it until when."""
    now, book = standing.get_standing(member=member, at=at), books.get_book()
    following = book.tier(now.to_next.tier) if now.to_next else None
    told = {
        "tier": words.of_tier(now.tier),
        "following": words.of_tier(following),
        "now": now,
        "currency": book.currency,
    }
    return _render("tier", told)


def show_purchases(*, member: Member) -> SafeString:
    """Return a member's last purchases as a table; each leads to its own page."""
    bought = Purchase.objects.filter(member=member).select_related("store")
    recent = list(bought.order_by("-occurred_at")[:_RECENT])
    told = {"purchases": recent, "member": member, "currency": books.get_book().currency}
    return _render("purchases", told)


def _having(found: dict[str, Balance], *, book: Rulebook) -> Iterator[Having]:
    for code in sorted(found, key=lambda code: (code != book.spending_wallet, code)):
        balance = found[code]
        yield Having(words.of_wallet(code, book=book), balance, _last_day(balance, book=book))


def _last_day(balance: Balance, *, book: Rulebook) -> date | None:
    """Return the last day on which the points that expire next can be used."""
    following = balance.next_expiry
    return book.business_day(following.at - timedelta(microseconds=1)) if following else None


def _render(name: str, told: dict[str, Any]) -> SafeString:
    return render_to_string(f"admin/members/_{name}.html", told)
