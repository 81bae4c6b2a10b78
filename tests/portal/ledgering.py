"""A member with a history: short ways to buy, spend, owe and wait."""

from datetime import datetime, timedelta

from django.db import transaction

from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry, Kind
from members import purchasing
from members.models import Member
from members.selling import SaleLine
from tests.conftest import NOON
from tests.members.builders import sale

DAY = timedelta(days=1)


def buy(member: Member, euros: str, key: str, *, at: datetime = NOON, **said: object) -> None:
    said.setdefault("lines", [SaleLine(name="Sablés", amount_cents=_cents(euros))])
    purchasing.record(sale=sale(member, euros, occurred_at=at, **said), key=key, at=at)


def _cents(euros: str) -> int:
    whole, cents = euros.split(".")
    return int(whole) * 100 + int(cents)


@transaction.atomic
def adjust(member: Member, points: int, *, reason: str, key: str, at: datetime = NOON) -> None:
    account = posting.lock(member.holder_id)["points"]
    posting.adjust(
        account=account,
        points=points,
        expires_at=None,
        reason=reason,
        actor="usr_1",
        key=key,
        at=at,
    )


def owe(member: Member, points: int, *, at: datetime = NOON) -> None:
    """Let a member without points owe some, as a return of what they have spent leaves them."""
    account = Account.objects.get(holder=member.holder_id, wallet__code="points")
    number = account.entry_seq + 1
    Entry.objects.create(
        account=account, number=number, kind=Kind.CLAWBACK, points=-points, occurred_at=at,
        recorded_at=at, pending_after=0, available_after=0, held_after=0, debt_after=points,
        hash="0" * 64,
    )  # fmt: skip
    Account.objects.filter(pk=account.pk).update(
        debt=points, removed=account.removed + points, entry_seq=number
    )
