from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core.languages import in_language
from loyalty.ledger.models import Wallet


class ExpiryKind(models.TextChoices):
    NEVER = "NEVER", _("never")
    DAYS = "DAYS", _("after a number of days")
    MONTHS = "MONTHS", _("after a number of months")


class RoundUpTo(models.TextChoices):
    DAY = "DAY", _("the day itself")
    MONTH = "MONTH", _("the end of the month")
    QUARTER = "QUARTER", _("the end of the quarter")
    YEAR = "YEAR", _("the end of the year")


class WalletPolicy(models.Model):
    """What this programme says of a wallet: its name, its expiry, its graces.

    "After 365 days" means: usable through the day of availability + 365.
    """

    wallet = models.OneToOneField(Wallet, models.PROTECT, related_name="policy")
    name_fr = models.CharField(_("name in French"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    expiry_kind = models.CharField(
        _("points expire"), max_length=6, choices=ExpiryKind, default=ExpiryKind.NEVER
    )
    expiry_count = models.PositiveIntegerField(
        _("after"), null=True, blank=True, validators=[MaxValueValidator(36_500)]
    )
    expiry_round_up = models.CharField(
        _("rounded up to"), max_length=7, choices=RoundUpTo, default=RoundUpTo.DAY
    )
    pending_days = models.PositiveIntegerField(
        _("available after days"), default=0, validators=[MaxValueValidator(3_650)]
    )
    refund_grace_days = models.PositiveIntegerField(
        _("grace in days for points given back after they expired"), default=30
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wallet policy")
        verbose_name_plural = _("wallet policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(expiry_kind="NEVER", expiry_count=None)
                | (~Q(expiry_kind="NEVER") & Q(expiry_count__isnull=False, expiry_count__gt=0)),
                name="programmes_expiry_counts_what_it_needs",
                violation_error_message=_(
                    "Points that never expire have no count; the others need one."
                ),
            ),
        ]

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)
