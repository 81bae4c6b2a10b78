from zoneinfo import ZoneInfo

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.ledger.models import Wallet


class Rounding(models.TextChoices):
    FLOOR = "FLOOR", _("down")
    HALF_UP = "HALF_UP", _("to the nearest, halves up")
    CEILING = "CEILING", _("up")


class Programme(models.Model):
    """The one programme of this installation."""

    name = models.CharField(_("name"), max_length=80)
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Paris")
    value_of_point = models.DecimalField(
        _("value of a point"), max_digits=10, decimal_places=4, default="0.0100",
        help_text=_("In the programme's currency. It values what the programme owes."),
    )  # fmt: skip
    rounding = models.CharField(
        _("rounding"), max_length=8, choices=Rounding, default=Rounding.FLOOR
    )
    spending_wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet of the points")
    )
    created_at = models.DateTimeField(_("created"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("loyalty programme")
        verbose_name_plural = _("loyalty programme")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="programmes_programme_is_the_only_one"),
        ]

    def __str__(self) -> str:
        return self.name

    # Properties

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Store(models.Model):
    """A place, or a web shop, where members buy."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    city = models.CharField(_("city"), max_length=80, blank=True)
    is_training = models.BooleanField(_("for training"), default=False)
    is_active = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A family of products. A rule on a category covers its children."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name=_("part of"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


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
    expiry_count = models.PositiveIntegerField(_("after"), null=True, blank=True)
    expiry_round_up = models.CharField(
        _("rounded up to"), max_length=7, choices=RoundUpTo, default=RoundUpTo.DAY
    )
    pending_days = models.PositiveIntegerField(_("available after days"), default=0)
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
                | (~Q(expiry_kind="NEVER") & Q(expiry_count__gt=0)),
                name="programmes_expiry_counts_what_it_needs",
            ),
        ]

    def __str__(self) -> str:
        return self.name_fr


class TierLadder(models.Model):
    """Tiers reached by what a member spent in the last `window_months` months."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    window_months = models.PositiveSmallIntegerField(
        _("months counted"), default=12, validators=[MinValueValidator(1)]
    )
    validity_months = models.PositiveSmallIntegerField(
        _("months a tier is kept"), default=12, validators=[MinValueValidator(1)]
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tier ladder")
        verbose_name_plural = _("tier ladders")

    def __str__(self) -> str:
        return self.name_fr


class Tier(models.Model):
    """A rung of a ladder: from which spend, and what it gives."""

    ladder = models.ForeignKey(TierLadder, models.PROTECT, related_name="tiers")
    code = models.SlugField(_("code"), max_length=30, unique=True)
    rank = models.PositiveSmallIntegerField(_("rank"))
    name_fr = models.CharField(_("name in French"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    threshold_cents = models.BigIntegerField(
        _("from a spend of (cents)"), validators=[MinValueValidator(0)]
    )
    multiplier = models.DecimalField(
        _("points multiplied by"), max_digits=5, decimal_places=2, default="1.00",
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    benefits_fr = models.TextField(_("benefits in French"), blank=True)
    benefits_en = models.TextField(_("benefits in English"), blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints = [
            models.UniqueConstraint(fields=["ladder", "rank"], name="programmes_tier_rank_is_one"),
            models.UniqueConstraint(
                fields=["ladder", "threshold_cents"], name="programmes_tier_threshold_is_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name_fr


class RuleState(models.TextChoices):
    DRAFT = "DRAFT", _("draft")
    LIVE = "LIVE", _("live")
    PAUSED = "PAUSED", _("paused")
    ENDED = "ENDED", _("ended")


class Rule(models.Model):
    """A reason to give points. What it says is in its versions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    state = models.CharField(_("state"), max_length=6, choices=RuleState, default=RuleState.DRAFT)
    priority = models.SmallIntegerField(_("priority"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")

    def __str__(self) -> str:
        return self.name_fr


class RuleVersion(models.Model):
    """What a rule says from one moment on. Never edited: a change is a new version.

    `terms` is `rules.Terms` as JSON; `terms.read(...)` refuses anything else. Without
    `takes_effect_at` it has always been so, which is what an import of old sales needs.
    """

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    terms = models.JSONField(_("terms"))
    takes_effect_at = models.DateTimeField(_("takes effect"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.CharField(_("created by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("rule version")
        verbose_name_plural = _("rule versions")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "number"], name="programmes_rule_versions_are_numbered"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
