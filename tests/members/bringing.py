"""Short ways to sell something and to bring it back."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from loyalty.ledger.models import Account
from members import purchasing, returning
from members.models import Member, Purchase, Return
from members.purchasing import SaleLine
from members.returning import Brought
from tests.conftest import NOON
from tests.members.builders import sale

LATER = NOON + timedelta(days=1)


def buy(
    member: Member | None, euros: str = "30.00", *, key: str = "sale", **said: Any
) -> Purchase:
    return purchasing.record(sale=sale(member, euros, **said), key=key, at=NOON)


def basket(*lines: tuple[str, str, int]) -> list[SaleLine]:
    """Return lines told as (category, quantity, cents)."""
    return [
        SaleLine(category=category, quantity=Decimal(quantity), amount_cents=cents)
        for category, quantity, cents in lines
    ]


def bring(purchase: Purchase, *, key: str = "back", at: Any = LATER, **said: Any) -> Return:
    said.setdefault("occurred_at", at)
    brought = Brought(purchase=purchase, **said)
    return returning.record(brought=brought, key=key, at=at, client="cli_1")


def pieces(**told: str) -> Mapping[int, Decimal]:
    """Return quantities by position: pieces(_1="2")."""
    return {int(name[1:]): Decimal(quantity) for name, quantity in told.items()}


def account_of(member: Member, wallet: str = "points") -> Account:
    return Account.objects.get(holder=member.holder_id, wallet__code=wallet)
