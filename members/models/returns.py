from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.models import Store
from members.models.sales import Purchase, PurchaseLine


class Return(models.Model):
    """What came back of one sale at one moment. Amounts are cents of the programme's currency.

    `lines` say which goods, if a till told them; otherwise it was an amount alone. `left` is the
    award of what is left, as the rules of the sale give it, where goods were told. `taken` is
    by wallet how many points of the sale's award this return asks back. `refund` is what of the
    money and the points that paid it came back, by payment; `vouchers` are those of its award that
    were asked back, by key, and what they were then.

    `moved` is told to whoever records it: what of `taken` was taken, or is owed. Of what had
    expired, and of who has left, nothing is.
    """

    moved: Mapping[str, int] = MappingProxyType({})

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, related_name="returns", verbose_name=_("purchase")
    )
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("store")
    )
    client = models.CharField(max_length=40, blank=True)
    till = models.CharField(_("till"), max_length=40, blank=True)
    channel = models.CharField(_("channel"), max_length=20, default="store")
    receipt = models.CharField(_("receipt"), max_length=80, blank=True)
    key = models.CharField(max_length=64, unique=True, editable=False)
    occurred_at = models.DateTimeField(_("moment"))
    business_on = models.DateField(_("business day"), db_index=True)
    recorded_at = models.DateTimeField(_("recorded"))
    total_cents = models.BigIntegerField(_("total (cents)"))
    left = models.JSONField(default=dict)
    taken = models.JSONField(default=dict)
    refund = models.JSONField(default=list)
    vouchers = models.JSONField(default=list)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.CheckConstraint(
                condition=Q(total_cents__gte=0), name="members_return_total_is_not_negative"
            ),
            models.UniqueConstraint(
                fields=["store", "till", "business_on", "receipt"],
                condition=~Q(receipt="") & Q(store__isnull=False),
                name="members_return_receipt_is_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["till", "business_on", "receipt"],
                condition=~Q(receipt="") & Q(store=None),
                name="members_storeless_return_receipt_is_one_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt or self.public_id


class ReturnLine(models.Model):
    """How many of one line of a sale came back, and what was paid back for them in cents."""

    returned = models.ForeignKey(
        Return, models.PROTECT, related_name="lines", verbose_name=_("return")
    )
    line = models.ForeignKey(
        PurchaseLine, models.PROTECT, related_name="returned_lines",
        verbose_name=_("purchase line"),
    )  # fmt: skip
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    amount_cents = models.BigIntegerField(_("amount (cents)"))

    class Meta:
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        constraints = [
            models.UniqueConstraint(
                fields=["returned", "line"], name="members_return_names_a_line_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="members_return_brings_something_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity}"
