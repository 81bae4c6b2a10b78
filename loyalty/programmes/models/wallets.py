from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core.languages import in_language
from loyalty.identity.models import Traced
from loyalty.ledger.models import Wallet


class ExpiryKind(models.TextChoices):
    NEVER = "NEVER", _("never")
    DAYS = "DAYS", _("after a number of days")
    MONTHS = "MONTHS", _("after a number of months")
    DATES = "DATES", _("on days of the year")


class RoundUpTo(models.TextChoices):
    DAY = "DAY", _("the day itself")
    MONTH = "MONTH", _("the end of the month")
    QUARTER = "QUARTER", _("the end of the quarter")
    YEAR = "YEAR", _("the end of the year")


class WalletPolicy(models.Model):
    """What this programme says of a wallet: its name, its expiry, its graces, its debts.

    "After 365 days" means: usable through the day of availability + 365.
    """

    wallet = models.OneToOneField(
        Wallet, models.PROTECT, related_name="policy", verbose_name=_("wallet")
    )
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
    expiry_dates = models.JSONField(_("or on the days (month-day)"), default=list, blank=True)
    idle_months = models.PositiveIntegerField(
        _("lost after months without activity"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_200)],
        help_text=_(
            "All points of a member are lost then at once, unless they have expired before. "
            "Empty: never."
        ),
    )  # fmt: skip
    purchase_keeps = models.BooleanField(_("a purchase counts as activity"), default=True)
    spending_keeps = models.BooleanField(_("using points counts as activity"), default=True)
    award_keeps = models.BooleanField(
        _("earning points counts as activity"), default=False,
        help_text=_("Also for a welcome, a birthday or an event, without any purchase."),
    )  # fmt: skip
    idle_since = models.DateTimeField(_("counted since"), null=True, blank=True, editable=False)
    # Set while accounts have not followed yet.
    switched_at = models.DateTimeField(_("switched on"), null=True, blank=True, editable=False)
    pending_days = models.PositiveIntegerField(
        _("available after days"), default=0, validators=[MaxValueValidator(3_650)]
    )
    refund_grace_days = models.PositiveIntegerField(
        _("grace in days for points given back after they expired"), default=30
    )
    allows_debt = models.BooleanField(
        _("points may be owed"), default=True,
        help_text=_(
            "When goods come back and their points are spent already, the balance goes below "
            "zero and the next points repay it. Otherwise it stops at zero."
        ),
    )  # fmt: skip

    card_stamps = models.PositiveSmallIntegerField(
        _("stamps that fill a card"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Empty: this is no stamp card."),
    )  # fmt: skip
    card_name_fr = models.CharField(_("voucher in French"), max_length=80, blank=True)
    card_name_en = models.CharField(_("voucher in English"), max_length=80, blank=True)
    card_value_cents = models.BigIntegerField(_("worth"), null=True, blank=True)
    card_days = models.PositiveIntegerField(
        _("good for days"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36_500)],
    )  # fmt: skip

    history = HistoricalRecords(bases=[Traced], excluded_fields=["switched_at"])

    class Meta:
        verbose_name = _("wallet policy")
        verbose_name_plural = _("wallet policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(expiry_kind__in=["NEVER", "DATES"], expiry_count=None)
                | (
                    ~Q(expiry_kind__in=["NEVER", "DATES"])
                    & Q(expiry_count__isnull=False, expiry_count__gt=0)
                ),
                name="programmes_expiry_counts_what_it_needs",
                violation_error_message=_(
                    "Points that never expire have no count; the others need one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(idle_months=None, idle_since=None)
                | Q(idle_months__gt=0, idle_since__isnull=False),
                name="programmes_inactivity_counts_from_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(idle_months=None)
                | Q(purchase_keeps=True)
                | Q(spending_keeps=True)
                | Q(award_keeps=True),
                name="programmes_inactivity_ends_with_something",
                violation_error_message=_("Say what counts as activity."),
            ),
            models.CheckConstraint(
                condition=Q(card_stamps=None)
                | (
                    Q(card_stamps__gt=0, card_days__gt=0)
                    & ~Q(card_name_fr="")
                    & ~Q(card_name_en="")
                ),
                name="programmes_stamp_card_names_its_voucher",
                violation_error_message=_(
                    "A full card gives a voucher: name it, and for how long."
                ),
            ),
            models.CheckConstraint(
                condition=Q(card_value_cents=None) | Q(card_value_cents__gt=0),
                name="programmes_stamp_card_is_worth_something",
            ),
        ]

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)
