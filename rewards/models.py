from datetime import datetime
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core import languages
from loyalty.ledger.models import Entry, Wallet
from loyalty.programmes.models import Tier
from members.models import Member, Voucher


class RewardKind(models.TextChoices):
    VOUCHER = "VOUCHER", _("voucher")
    PRODUCT = "PRODUCT", _("product")
    DISCOUNT = "DISCOUNT", _("discount")


class RewardQuerySet(models.QuerySet["Reward"]):
    """Filters read as adjectives and chain; `with_` adds columns."""

    def offered(self, *, at: datetime) -> Self:
        """Return what the catalogue shows at a moment, sold out or not."""
        return self.filter(
            Q(starts_at=None) | Q(starts_at__lte=at),
            Q(ends_at=None) | Q(ends_at__gt=at),
            is_active=True,
        )

    def with_terms(self) -> Self:
        """Load the wallet it is paid from and the tier it asks for, in one query."""
        return self.select_related("wallet", "minimum_tier")


class Reward(models.Model):
    """Something members can have for points. `stock` absent means as many as asked for."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=RewardKind)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    description_fr = models.TextField(_("description in French"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet"))
    cost = models.PositiveBigIntegerField(_("cost in points"), validators=[MinValueValidator(1)])
    value_cents = models.BigIntegerField(_("worth (cents)"), null=True, blank=True)
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True)
    minimum_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("from tier"),
    )  # fmt: skip
    voucher_days = models.PositiveIntegerField(
        _("voucher valid for days"), default=90, validators=[MinValueValidator(1)]
    )
    starts_at = models.DateTimeField(_("offered from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("offered until"), null=True, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)

    objects = RewardQuerySet.as_manager()
    history = HistoricalRecords()

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
        ]
        indexes = [models.Index(fields=["cost", "id"], name="rewards_reward_by_cost")]

    def __str__(self) -> str:
        return self.name

    # Queries

    def is_offered(self, *, at: datetime) -> bool:
        """Say what `offered` says, of a row that is already loaded."""
        has_begun = self.starts_at is None or self.starts_at <= at
        has_ended = self.ends_at is not None and self.ends_at <= at
        return self.is_active and has_begun and not has_ended

    # Properties

    @property
    def name(self) -> str:
        """Its name in the language of whoever is reading."""
        return languages.in_language(french=self.name_fr, english=self.name_en)

    @property
    def description(self) -> str:
        return languages.in_language(french=self.description_fr, english=self.description_en)


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    def for_key(self, key: str) -> "Redemption | None":
        """Return what this key did before, if anything."""
        return self.with_details().filter(key=key).first()

    def with_details(self) -> Self:
        """Load the reward, the member, the voucher and the payment, in one query."""
        return self.select_related("reward", "member", "voucher", "payment__account__wallet")


class Redemption(models.Model):
    """One reward paid with points, once. Cancelled, its points are back in their lots."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="redemptions")
    reward = models.ForeignKey(Reward, models.PROTECT, related_name="redemptions")
    payment = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    voucher = models.OneToOneField(
        Voucher, models.PROTECT, related_name="redemption", verbose_name=_("voucher")
    )
    points = models.PositiveBigIntegerField(_("points"))
    is_from_stock = models.BooleanField(_("taken from stock"), default=False)
    key = models.CharField(max_length=64, unique=True, editable=False)
    redeemed_at = models.DateTimeField(_("moment"))
    actor = models.CharField(_("by"), max_length=60, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.CharField(_("cancelled by"), max_length=60, blank=True)
    cancel_key = models.CharField(max_length=64, blank=True, editable=False)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancel_key="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_key="")),
                name="rewards_redemption_is_cancelled_under_a_key",
            ),
        ]
        indexes = [models.Index(fields=["member", "-redeemed_at"], name="rewards_by_member")]

    def __str__(self) -> str:
        return self.public_id

    # Properties

    def facts(self) -> dict[str, Any]:
        """Say what happened in ids and figures, for the outbox. Needs `with_details`."""
        return {
            "redemption": self.public_id,
            "member": self.member.public_id,
            "reward": self.reward.public_id,
            "points": self.points,
        }
