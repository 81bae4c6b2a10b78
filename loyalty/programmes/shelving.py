"""The merchant's products: kept, and asked for what lines of a receipt leave out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import transaction

from loyalty.programmes import revising
from loyalty.programmes.models import Category, Product

# How many SKUs or rows one statement carries.
_BATCH = 2_000


class Bought(Protocol):
    """A line of a receipt, as far as it is about a product."""

    @property
    def sku(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a product says of the lines that name it. `category` is a code, or empty."""

    name_fr: str
    name_en: str
    category: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()

    def name_in(self, language: str) -> str:
        return (language == "en" and self.name_en) or self.name_fr

    def left_out_of(self, line: Bought) -> dict[str, Any]:
        """Return what a line does not say and the product does. What a till tells wins."""
        ours = {"category": self.category, "brand": self.brand, "tags": self.tags}
        return {name: said for name, said in ours.items() if said and not getattr(line, name)}


Labels = Mapping[str, Label]


def get_labels(*, skus: Iterable[str]) -> dict[str, Label]:
    """Return what products say, by SKU: one statement for two thousand, none for none."""
    asked = sorted(set(skus))
    labels: dict[str, Label] = {}
    for start in range(0, len(asked), _BATCH):
        rows = Product.objects.filter(sku__in=asked[start : start + _BATCH])
        for row in rows.select_related("category"):
            labels[row.sku] = Label(
                name_fr=row.name_fr,
                name_en=row.name_en,
                category=row.category.code if row.category else "",
                brand=row.brand,
                tags=tuple(row.tags),
            )
    return labels


@transaction.atomic
def keep_products(*, products: Sequence[Product], fields: Sequence[str]) -> None:
    """Add products, and change those fields of the ones whose SKU is there. Repeatable."""
    if not products:
        return
    are_first = not Product.objects.exists()
    Product.objects.bulk_create(
        sorted(products, key=lambda product: product.sku),
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=list(fields),
    )
    if are_first:
        # The rulebook knows only whether there are any: others need no new one.
        revising.touch()


@transaction.atomic
def keep_categories(*, new: Sequence[Category], changed: Sequence[Category]) -> None:
    """Add categories, whose parents may be among them, and write the changed ones."""
    parents = [category.parent for category in (*new, *changed)]
    for category in new:
        category.parent = None
    Category.objects.bulk_create(new, batch_size=_BATCH)
    for category, parent in zip((*new, *changed), parents, strict=True):
        # An added parent has its key only now.
        category.parent = parent
    inside = [category for category in new if category.parent]
    Category.objects.bulk_update(inside, ["parent"], batch_size=_BATCH)
    fields = ["name", "parent", "is_excluded"]
    Category.objects.bulk_update(changed, fields, batch_size=_BATCH)
    if new or changed:
        revising.touch()
