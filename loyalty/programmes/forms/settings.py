"""Tiers and categories as staff write them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.models import Category, Tier


class TierForm(InCurrency, forms.ModelForm[Tier]):
    """A tier with its threshold as an amount. Its rank follows from the threshold."""

    threshold_cents = AmountField(label=_("from a spend of"), min_value=0)

    class Meta:
        model = Tier
        fields = (
            "code",
            "name_fr",
            "name_en",
            "threshold_cents",
            "multiplier",
            "benefits_fr",
            "benefits_en",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = self.instance.pk is not None


class CategoryForm(forms.ModelForm[Category]):
    """A category that is inside no category of its own."""

    class Meta:
        model = Category
        fields = ("code", "name", "parent", "is_excluded")

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        parents = dict(Category.objects.values_list("pk", "parent"))
        above = parent.pk if parent else None
        while above is not None:
            if above == self.instance.pk:
                raise ValidationError(_("A category is not inside itself."), code="circular")
            above = parents[above]
        return parent
