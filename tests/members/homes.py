"""Households, for tests of what members share."""

from datetime import timedelta

from loyalty.identity.models import User
from loyalty.ledger import balances
from loyalty.programmes import revising
from loyalty.programmes.models import HouseholdRule, Programme
from members import adjusting, enrolling, housing, purchasing, returning
from members.models import Household, Member, Purchase, Return
from tests.conftest import NOON
from tests.members.builders import sale

LATER = NOON + timedelta(days=1)


def allow(rule: str = HouseholdRule.SHARE, *, size: int = 6) -> None:
    """Let the programme have households."""
    Programme.objects.update(household_rule=rule, household_size=size)
    revising.touch()


def enrol(name: str, **told) -> Member:
    told.setdefault("email", f"{name.lower()}@example.org")
    return enrolling.enrol(at=NOON - timedelta(days=300), first_name=name, **told)


def settle(*members: Member, at=NOON) -> Household:
    """Let some members live in one household."""
    first, *others = members
    household = housing.found(member=first, at=at)
    for member in others:
        housing.join(household=household, member=member, at=at)
    return household


def spendable(member: Member, *, at=NOON) -> int:
    """Return what a member is shown: less what is owed."""
    found = balances.get_balances(holder_ids=[member.holder_id], at=at)
    return found[member.holder_id]["points"].shown


def own_of(member: Member) -> int:
    """Return what is in a member's own account, whoever spends from it."""
    account = member.holder.accounts.get(wallet__code="points")
    return account.available - account.debt


def buy(member: Member, euros: str, key: str = "buy", *, at=NOON) -> Purchase:
    return purchasing.record(sale=sale(member, euros, occurred_at=at), key=key, at=at)


def take(member: Member, points: int, user: User) -> None:
    adjusting.adjust(
        member=member, wallet="points", points=-points, reason="correction", requested_by=user,
        key="taken", at=NOON,
    )  # fmt: skip


def bring_back(
    purchase: Purchase, *, at=LATER, cents: int | None = None, key: str = "back"
) -> Return:
    brought = returning.Brought(purchase=purchase, occurred_at=at, amount_cents=cents)
    return returning.record(brought=brought, key=key, at=at)
