from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models import Bucket, Kind, Wallet


class PointsVintage(models.Model):
    """Points issued in one month that came, went or came back on one day: what lots did.

    Days are as in `PointsDay`; `recorded_month` is when it was written down, which can be later
    and never changes. What stays within an account (woken, set aside) is not in it, nor is what
    is owed: debt is of no lot.
    """

    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet"), db_index=False
    )
    issued_month = models.DateField(_("month of issue"))
    day = models.DateField(_("business day"))
    recorded_month = models.DateField(_("month of recording"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    source = models.CharField(_("from"), max_length=9, choices=Bucket)
    destination = models.CharField(_("to"), max_length=9, choices=Bucket)
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("points by month of issue")
        verbose_name_plural = _("points by month of issue")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "wallet", "issued_month", "day", "recorded_month", "kind", "source",
                    "destination",
                ],
                name="analytics_points_vintage_is_counted_once",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["day"], name="analytics_vintage_by_day")]

    def __str__(self) -> str:
        return f"{self.issued_month:%Y-%m} {self.day} {self.kind}"
