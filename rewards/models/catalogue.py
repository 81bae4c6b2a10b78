from datetime import datetime
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core import languages
from loyalty.identity.models import Traced
from loyalty.ledger.models import Wallet
from loyalty.programmes.models import Tier
from rewards.models.pools import PoolCode, VoucherPool


class RewardKind(models.TextChoices):
    VOUCHER = "VOUCHER", _("voucher")
    PRODUCT = "PRODUCT", _("product")
    DISCOUNT = "DISCOUNT", _("discount")


class RewardCategory(models.Model):
    """A shelf of the catalogue. `code` is what its address says."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    place = models.PositiveSmallIntegerField(
        _("place"), default=0, db_index=True, help_text=_("The smallest comes first.")
    )

    class Meta:
        verbose_name = _("category of rewards")
        verbose_name_plural = _("categories of rewards")

    def __str__(self) -> str:
        return self.name

    # Properties

    @property
    def name(self) -> str:
        """Its name in the language of whoever is reading."""
        return languages.in_language(french=self.name_fr, english=self.name_en)


class Picture(models.Model):
    """A picture as we serve it: made again by us from what was uploaded, never changed.

    `name` is chance, and its address. It lives in the database, so that every web process
    has it and a backup holds it.
    """

    name = models.CharField(_("name"), max_length=32, primary_key=True)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    content = models.BinaryField(_("content"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.name


class RewardQuerySet(models.QuerySet["Reward"]):
    """Filters read as adjectives and chain; `with_` adds columns."""

    def shown(self, *, at: datetime) -> Self:
        """Return what the catalogue shows at a moment, sold out or not.

        Where nobody said from or until when it is shown, it is shown while it can be had.
        """
        has_appeared = Q(appears_at__lte=at) | Q(appears_at=None) & (
            Q(starts_at=None) | Q(starts_at__lte=at)
        )
        stays = Q(disappears_at__gt=at) | Q(disappears_at=None) & (
            Q(ends_at=None) | Q(ends_at__gt=at)
        )
        return self.filter(has_appeared, stays, is_active=True)

    def with_terms(self) -> Self:
        """Load all that says what it costs and who can have it, in two queries."""
        extra = RewardPrice.objects.select_related("wallet").order_by("pk")
        free = PoolCode.objects.free().filter(pool=OuterRef("pool"))
        return (
            self.select_related("wallet", "minimum_tier", "category")
            .annotate(has_code=Exists(free))
            .prefetch_related(Prefetch("extra_prices", queryset=extra))
        )


class Reward(models.Model):
    """Something members can have for points. `stock` absent means as many as asked for.

    It can be had from `starts_at` until `ends_at`, and is shown from `appears_at` until
    `disappears_at`. All its prices are paid together. With a pool, its vouchers carry the
    pool's codes, and an empty pool is an empty shelf.
    """

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    external_id = models.CharField(
        _("your code"), max_length=80, null=True, blank=True, unique=True,
        help_text=_("What it is called in your own system. A file of rewards finds it by this."),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=8, choices=RewardKind)
    category = models.ForeignKey(
        RewardCategory, models.PROTECT, null=True, blank=True, related_name="rewards",
        verbose_name=_("category"),
    )  # fmt: skip
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    description_fr = models.TextField(_("description in French"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    where_fr = models.CharField(_("where it is good, in French"), max_length=160, blank=True)
    where_en = models.CharField(_("where it is good, in English"), max_length=160, blank=True)
    picture = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="rewards",
        verbose_name=_("picture"),
    )  # fmt: skip
    picture_alt_fr = models.CharField(
        _("what the picture shows, in French"), max_length=120, blank=True
    )
    picture_alt_en = models.CharField(
        _("what the picture shows, in English"), max_length=120, blank=True
    )
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet"))
    cost = models.PositiveBigIntegerField(_("cost in points"), validators=[MinValueValidator(1)])
    value_cents = models.BigIntegerField(_("worth (cents)"), null=True, blank=True)
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True)
    pool = models.ForeignKey(
        VoucherPool, models.PROTECT, null=True, blank=True, related_name="rewards",
        verbose_name=_("voucher pool"),
    )  # fmt: skip
    limit_count = models.PositiveIntegerField(
        _("at most per member"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    limit_days = models.PositiveIntegerField(
        _("within so many days"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    minimum_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("from tier"),
    )  # fmt: skip
    voucher_days = models.PositiveIntegerField(
        _("voucher valid for days"), default=90, validators=[MinValueValidator(1)]
    )
    appears_at = models.DateTimeField(_("shown from"), null=True, blank=True)
    disappears_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    starts_at = models.DateTimeField(_("offered from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("offered until"), null=True, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)

    has_code: bool  # Whether its pool has a code left: `with_terms` says so.

    objects = RewardQuerySet.as_manager()
    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(condition=Q(cost__gt=0), name="rewards_reward_costs_something"),
            models.CheckConstraint(
                condition=Q(stock=None) | Q(stock__gte=0),
                name="rewards_reward_stock_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="rewards_reward_is_offered_a_while",
            ),
            models.CheckConstraint(
                condition=Q(appears_at=None)
                | Q(disappears_at=None)
                | Q(disappears_at__gt=F("appears_at")),
                name="rewards_reward_is_shown_a_while",
                violation_error_message=_("It disappears before it appears."),
            ),
            models.CheckConstraint(
                # Absence is asked for by name: a check that is unknown would be satisfied.
                condition=Q(limit_count=None, limit_days=None)
                | Q(limit_count__isnull=False, limit_count__gt=0, limit_days=None)
                | Q(
                    limit_count__isnull=False,
                    limit_count__gt=0,
                    limit_days__isnull=False,
                    limit_days__gt=0,
                ),
                name="rewards_reward_limit_counts_something",
                violation_error_message=_("Say how many a member may have within those days."),
            ),
        ]
        indexes = [models.Index(fields=["cost", "id"], name="rewards_reward_by_cost")]

    def __str__(self) -> str:
        return self.name

    # Queries

    def is_offered(self, *, at: datetime) -> bool:
        """Say whether it can be had at a moment, shown or not."""
        return self.is_active and self.has_begun(at=at) and not self.has_ended(at=at)

    def has_begun(self, *, at: datetime) -> bool:
        return self.starts_at is None or self.starts_at <= at

    def has_ended(self, *, at: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= at

    # Properties

    @property
    def is_exhausted(self) -> bool:
        """Whether stock or pool is empty, as loaded. Needs `with_terms`."""
        return self.stock == 0 or (self.pool_id is not None and not self.has_code)

    @property
    def name(self) -> str:
        """Its name in the language of whoever is reading."""
        return languages.in_language(french=self.name_fr, english=self.name_en)

    @property
    def description(self) -> str:
        return languages.in_language(french=self.description_fr, english=self.description_en)

    @property
    def where(self) -> str:
        """Where its voucher is taken, in words; nothing means everywhere."""
        return languages.in_language(french=self.where_fr, english=self.where_en)

    @property
    def picture_alt(self) -> str:
        return languages.in_language(french=self.picture_alt_fr, english=self.picture_alt_en)


class RewardPrice(models.Model):
    """What a reward costs of one more wallet, paid together with its first price."""

    reward = models.ForeignKey(
        Reward, models.PROTECT, related_name="extra_prices", verbose_name=_("reward")
    )
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet"))
    cost = models.PositiveBigIntegerField(_("cost"), validators=[MinValueValidator(1)])

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("price in another wallet")
        verbose_name_plural = _("prices in other wallets")
        constraints = [
            models.UniqueConstraint(
                fields=["reward", "wallet"], name="rewards_price_is_one_per_wallet"
            ),
            models.CheckConstraint(condition=Q(cost__gt=0), name="rewards_price_costs_something"),
        ]

    def __str__(self) -> str:
        return f"{self.cost}"
