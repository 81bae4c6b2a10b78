from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.core.languages import in_language
from loyalty.programmes.models.programme import Category


class Product(models.Model):
    """One article by its SKU: says of a line what a till that names no more leaves out.

    Purchases keep what held at their moment; a change here rewrites none of them.
    """

    sku = models.CharField(_("SKU"), max_length=60, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=120, db_index=True)
    name_en = models.CharField(
        _("name in English"), max_length=120, blank=True, db_index=True,
        help_text=_("Empty: as in French."),
    )  # fmt: skip
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="products",
        verbose_name=_("category"),
    )  # fmt: skip
    brand = models.CharField(_("brand"), max_length=60, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)
