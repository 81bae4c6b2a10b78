"""What codes are called, kept by this process for each revision of the programme."""

from functools import lru_cache

from loyalty.programmes.models import Category, Plan, Segment, Store, Tier
from loyalty.programmes.summaries import Names


@lru_cache(maxsize=8)
def get_names(*, revision: str, language: str) -> Names:
    """Return what stores, categories, tiers, segments and plans are called, read once."""
    name = "name_en" if language == "en" else "name_fr"
    return Names(
        stores=dict(Store.objects.values_list("code", "name")),
        categories=dict(Category.objects.values_list("code", "name")),
        tiers=dict(Tier.objects.values_list("code", name)),
        segments=dict(Segment.objects.values_list("code", name)),
        plans=dict(Plan.objects.values_list("code", name)),
    )
