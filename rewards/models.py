from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.ledger.models import Entry, Wallet
from loyalty.programmes.models import Tier
from members.models import Member


class RewardKind(models.TextChoices):
    VOUCHER = "VOUCHER", _("voucher")
    PRODUCT = "PRODUCT", _("product")
    DISCOUNT = "DISCOUNT", _("discount")


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

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(condition=Q(cost__gt=0), name="rewards_reward_costs_something"),
        ]

    def __str__(self) -> str:
        return self.name_fr


class Redemption(models.Model):
    """One reward paid with points, once."""

    public_id = models.CharField(max_length=40, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="redemptions")
    reward = models.ForeignKey(Reward, models.PROTECT, related_name="redemptions")
    payment = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    points = models.PositiveBigIntegerField(_("points"))
    key = models.CharField(max_length=64, unique=True, editable=False)
    redeemed_at = models.DateTimeField(_("redeemed"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    actor = models.CharField(_("by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        indexes = [models.Index(fields=["member", "-redeemed_at"], name="rewards_by_member")]

    def __str__(self) -> str:
        return self.public_id


class VoucherState(models.TextChoices):
    OPEN = "OPEN", _("open")
    USED = "USED", _("used")
    CANCELLED = "CANCELLED", _("cancelled")


class Voucher(models.Model):
    """A code that a till takes once, until it expires. Expiry is read from its date."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="vouchers")
    redemption = models.OneToOneField(Redemption, models.PROTECT, related_name="voucher")
    state = models.CharField(
        _("state"), max_length=9, choices=VoucherState, default=VoucherState.OPEN
    )
    issued_at = models.DateTimeField(_("issued"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.CharField(_("used by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="USED", used_at__isnull=False)
                | (~Q(state="USED") & Q(used_at=None)),
                name="rewards_voucher_used_has_its_moment",
            ),
        ]
        indexes = [models.Index(fields=["member", "expires_at"], name="rewards_voucher_of_member")]

    def __str__(self) -> str:
        return self.code
