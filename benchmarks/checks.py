"""Whether a database is right after a run: the ledger verifies, and the sums agree."""

from dataclasses import dataclass

from django.db.models import Sum


@dataclass(frozen=True)
class Sums:
    """What a database holds, counted without the product's balances."""

    purchases: int
    awarded: int
    issued: int
    earned: int
    entries: int


def get_sums() -> Sums:
    """Return the sums of the database that Django talks to."""
    from loyalty.ledger.models import Account, Entry, Kind
    from members.models import Purchase

    earned = Entry.objects.filter(kind=Kind.EARN).aggregate(points=Sum("points"))
    return Sums(
        purchases=Purchase.objects.count(),
        awarded=Purchase.objects.aggregate(points=Sum("points"))["points"] or 0,
        issued=Account.objects.aggregate(points=Sum("issued"))["points"] or 0,
        earned=earned["points"] or 0,
        entries=Entry.objects.count(),
    )


def is_ledger_sound() -> bool:
    """Say whether every bucket, lot and hash follows from the movements."""
    from loyalty.ledger import verifying

    return verifying.verify().first_fault is None


def is_balanced(sums: Sums) -> bool:
    """Say whether what purchases were awarded, entries earned and accounts issued is one sum."""
    return sums.awarded == sums.earned == sums.issued
