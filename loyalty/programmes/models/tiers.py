from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core.languages import in_language
from loyalty.identity.models import Traced
from loyalty.ledger.models import Wallet
from loyalty.programmes.models.wallets import ExpiryKind, RoundUpTo


class Window(models.TextChoices):
    """Over which days a ladder counts."""

    ROLLING = "ROLLING", _("the last months")
    CALENDAR_YEAR = "CALENDAR_YEAR", _("the calendar year")
    MEMBERSHIP_YEAR = "MEMBERSHIP_YEAR", _("the year of membership")
    LIFETIME = "LIFETIME", _("all since enrolment")


class Validity(models.TextChoices):
    """How long a tier is kept once it is reached."""

    MONTHS = "MONTHS", _("a number of months")
    WINDOW = "WINDOW", _("to the end of the period in which it was reached")
    FOLLOWING_YEAR = "FOLLOWING_YEAR", _("to the end of the following calendar year")


class Falls(models.TextChoices):
    """How far a member falls who did not keep a tier."""

    TO_FIT = "TO_FIT", _("to the tier that fits what counts")
    ONE_DOWN = "ONE_DOWN", _("one tier at a time")


class TierLadder(models.Model):
    """What a programme's tiers count, over which days, and how they are kept and lost.

    A programme has one at most.
    """

    is_only = models.BooleanField(default=True, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    counts_spend = models.BooleanField(_("what is spent"), default=True)
    counts_visits = models.BooleanField(
        _("visits"), default=False, help_text=_("A day with a purchase is one visit.")
    )
    counts_credits = models.BooleanField(
        _("status credits"), default=False,
        help_text=_("The points earned in a wallet of their own, whatever is left of them."),
    )  # fmt: skip
    credit_wallet = models.ForeignKey(
        Wallet, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("wallet of the status credits"),
    )  # fmt: skip
    needs_all = models.BooleanField(
        _("a tier takes all of them"), default=False,
        help_text=_("Where several are counted. Otherwise any of them is enough."),
    )  # fmt: skip
    window = models.CharField(
        _("counted over"), max_length=15, choices=Window, default=Window.ROLLING
    )
    window_months = models.PositiveSmallIntegerField(
        _("months counted"), default=12,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )  # fmt: skip
    validity = models.CharField(
        _("a tier is kept for"), max_length=14, choices=Validity, default=Validity.MONTHS
    )
    validity_months = models.PositiveSmallIntegerField(
        _("months a tier is kept"), default=12,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )  # fmt: skip
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"), default=0, validators=[MaxValueValidator(366)],
        help_text=_("So long after its end a tier still holds, and can still be kept."),
    )  # fmt: skip
    falls = models.CharField(
        _("a tier not kept falls"), max_length=8, choices=Falls, default=Falls.TO_FIT
    )
    falls_on_return = models.BooleanField(
        _("a return lowers at once"), default=False,
        help_text=_("Otherwise it only counts when the tier ends."),
    )  # fmt: skip

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("tier ladder")
        verbose_name_plural = _("tier ladders")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_only=True), name="programmes_ladder_is_the_only_one"
            ),
            models.CheckConstraint(
                condition=Q(counts_spend=True) | Q(counts_visits=True) | Q(counts_credits=True),
                name="programmes_ladder_counts_something",
                violation_error_message=_("Choose what the tiers count."),
            ),
            models.CheckConstraint(
                condition=Q(counts_credits=False) | Q(credit_wallet__isnull=False),
                name="programmes_ladder_knows_its_credits",
                violation_error_message=_("Say in which wallet status credits are earned."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)


class Tier(models.Model):
    """A rung of a ladder: from how much of what it counts, and what it gives."""

    ladder = models.ForeignKey(
        TierLadder, models.PROTECT, related_name="tiers", verbose_name=_("tier ladder")
    )
    code = models.SlugField(_("code"), max_length=30, unique=True)
    rank = models.PositiveSmallIntegerField(_("rank"))
    name_fr = models.CharField(_("name in French"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    threshold_cents = models.BigIntegerField(
        _("from a spend of (cents)"), default=0, validators=[MinValueValidator(0)]
    )
    threshold_visits = models.PositiveIntegerField(_("from so many visits"), default=0)
    threshold_credits = models.PositiveIntegerField(_("from so many status credits"), default=0)
    multiplier = models.DecimalField(
        _("points multiplied by"), max_digits=5, decimal_places=2, default="1.00",
        validators=[MinValueValidator(1)],
    )  # fmt: skip
    expiry_kind = models.CharField(
        _("points expire"), max_length=6, choices=ExpiryKind, blank=True,
        help_text=_("Left empty: as the wallet says. A rule that says otherwise goes first."),
    )  # fmt: skip
    expiry_count = models.PositiveIntegerField(
        _("after"), null=True, blank=True, validators=[MaxValueValidator(36_500)]
    )
    expiry_round_up = models.CharField(
        _("rounded up to"), max_length=7, choices=RoundUpTo, default=RoundUpTo.DAY
    )
    benefits_fr = models.TextField(_("benefits in French"), blank=True)
    benefits_en = models.TextField(_("benefits in English"), blank=True)

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints = [
            models.UniqueConstraint(fields=["ladder", "rank"], name="programmes_tier_rank_is_one"),
            models.CheckConstraint(
                condition=Q(expiry_kind__in=["", "NEVER"], expiry_count=None)
                | (
                    ~Q(expiry_kind__in=["", "NEVER"])
                    & Q(expiry_count__isnull=False, expiry_count__gt=0)
                ),
                name="programmes_tier_expiry_counts_what_it_needs",
                violation_error_message=_(
                    "Points that never expire have no count; the others need one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(threshold_cents__gte=0),
                name="programmes_tier_threshold_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(multiplier__gte=1), name="programmes_tier_never_takes_points_away"
            ),
        ]

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)
