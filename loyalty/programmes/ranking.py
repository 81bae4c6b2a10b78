"""Keeps the tiers of a ladder in the order of their thresholds."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from loyalty.programmes.models import Tier, TierLadder

_ASIDE = 10_000
_FAR_ASIDE = 10**15


@transaction.atomic
def renumber(*, ladder: TierLadder) -> None:
    """Give the tiers of a ladder the ranks 0, 1, 2… from the lowest threshold up."""
    tiers = Tier.objects.select_for_update().filter(ladder=ladder)
    ordered = list(tiers.order_by("threshold_cents"))
    if [tier.rank for tier in ordered] == list(range(len(ordered))):
        return
    # All step aside first: a rank is one tier's at any moment.
    tiers.filter(rank__lt=_ASIDE).update(rank=F("rank") + _ASIDE)
    for rank, tier in enumerate(ordered):
        tier.rank = rank
        tier.save(update_fields=["rank"])


def step_aside(*, tiers: Iterable[Tier]) -> None:
    """Free the thresholds of tiers about to be saved, so that two may swap theirs."""
    kept = [tier.pk for tier in tiers if tier.pk is not None]
    aside = F("threshold_cents") + _FAR_ASIDE
    # No history: each of them is saved, with its own, before anybody sees this.
    Tier.objects.filter(pk__in=kept).update(threshold_cents=aside)


def next_rank(*, ladder: TierLadder) -> int:
    """Return a rank that no tier of the ladder has, for a tier about to be placed."""
    highest = Tier.objects.filter(ladder=ladder).order_by("-rank").values_list("rank", flat=True)
    return (highest.first() or 0) + 1
