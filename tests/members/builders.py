"""Short ways to say what a test starts from."""

from datetime import datetime
from typing import Any

from django.db import transaction

from loyalty.events.models import OutboxEvent
from loyalty.ledger import balances
from loyalty.ledger.models import Account, Entry, Wallet
from loyalty.programmes import revising
from loyalty.programmes.models import Rule, RuleState, RuleVersion, WalletPolicy
from members import vouchering
from members.models import Member, Purchase, TierChange, Voucher
from members.purchasing import Sale
from tests.conftest import NOON


def ahead(tier: str, missing: str, *, by: str | None = None) -> dict[str, Any]:
    """Return how far a tier is on a ladder of spend, as tills are told."""
    lack = {"measure": "spend", "missing": missing}
    return {"tier": tier, **lack, "by": by, "takes": "any", "measures": [lack]}


def points_of(member: Member, *, at: datetime) -> int:
    """Return the points a member can spend at a moment."""
    account = Account.objects.get(holder=member.holder_id, wallet__code="points")
    return balances.get_balance(account=account, at=at).available


def publish(code: str, terms: dict[str, Any]) -> RuleVersion:
    """Publish a rule that has always been so."""
    rule = Rule.objects.create(code=code, name_fr=code, name_en=code, state=RuleState.LIVE)
    version = RuleVersion.objects.create(rule=rule, number=1, terms=terms, created_at=NOON)
    revising.touch()
    return version


def print_card(*, full_at: int = 5) -> WalletPolicy:
    """Let each purchase give a stamp, and so many of them a coffee worth 2.80 for 60 days."""
    policy = WalletPolicy.objects.create(
        wallet=Wallet.objects.create(code="stamps"), name_fr="Tampons", name_en="Stamps",
        card_stamps=full_at, card_name_fr="Un café", card_name_en="A coffee",
        card_value_cents=280, card_days=60,
    )  # fmt: skip
    publish("stamp", {"then": {"give": "fixed", "points": 1, "wallet": "stamps"}})
    return policy


def sale(member: Member | None, euros: str = "20.00", **said: Any) -> Sale:
    """Return a sale of now, unless it says otherwise."""
    whole, cents = euros.split(".")
    said.setdefault("occurred_at", NOON)
    return Sale(member=member, total_cents=int(whole) * 100 + int(cents), **said)


@transaction.atomic
def give_voucher(member: Member, **told: Any) -> Voucher:
    """Give a voucher for a coffee, worth 2.80 and good for 90 days, unless told otherwise."""
    coffee = {
        "origin": "rdm_coffee",
        "name_fr": "Un café offert",
        "name_en": "A coffee on the house",
        "value_cents": 280,
        "days": 90,
        "at": NOON,
    }
    return vouchering.issue(member=member, **{**coffee, **told})


def moved() -> tuple[int, ...]:
    """Return how many rows there are of all that a refused sale must leave alone."""
    tables = (Purchase, Entry, TierChange, OutboxEvent)
    return tuple(table.objects.count() for table in tables)
