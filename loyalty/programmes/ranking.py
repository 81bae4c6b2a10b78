"""Keeps the tiers of a ladder in the order of their thresholds."""

from collections.abc import Iterable
from itertools import pairwise

from django.db import transaction
from django.db.models import F

from loyalty.programmes.models import Tier, TierLadder

_ASIDE = 10_000


@transaction.atomic
def renumber(*, ladder: TierLadder) -> None:
    """Give the tiers of a ladder the ranks 0, 1, 2… from the lowest threshold up."""
    tiers = Tier.objects.select_for_update().filter(ladder=ladder)
    ordered = sorted(tiers, key=lambda tier: thresholds_of(tier=tier, ladder=ladder))
    if [tier.rank for tier in ordered] == list(range(len(ordered))):
        return
    # All step aside first: a rank is one tier's at any moment.
    tiers.filter(rank__lt=_ASIDE).update(rank=F("rank") + _ASIDE)
    for rank, tier in enumerate(ordered):
        tier.rank = rank
        tier.save(update_fields=["rank"])


def thresholds_of(*, tier: Tier, ladder: TierLadder) -> tuple[int, ...]:
    """Return what a tier takes of each measure that its ladder counts."""
    counted = (
        (tier.threshold_cents, ladder.counts_spend),
        (tier.threshold_credits, ladder.counts_credits),
        (tier.threshold_visits, ladder.counts_visits),
    )
    return tuple(threshold for threshold, is_counted in counted if is_counted)


def are_crossed(*, tiers: Iterable[Tier], ladder: TierLadder) -> bool:
    """Say whether of two tiers each takes more of something, or both take the same.

    Then nobody could say which is the higher one.
    """
    ordered = sorted(thresholds_of(tier=tier, ladder=ladder) for tier in tiers)
    return any(
        low == high or any(less > more for less, more in zip(low, high, strict=True))
        for low, high in pairwise(ordered)
    )


def next_rank(*, ladder: TierLadder) -> int:
    """Return a rank that no tier of the ladder has, for a tier about to be placed."""
    highest = Tier.objects.filter(ladder=ladder).order_by("-rank").values_list("rank", flat=True)
    return (highest.first() or 0) + 1
