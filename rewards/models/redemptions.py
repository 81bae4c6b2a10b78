from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models import Entry
from members.models import Member, Voucher
from rewards.models.catalogue import Reward


class CancelReason(models.TextChoices):
    """Why staff took a redemption back."""

    MISTAKE = "mistake", _("taken by mistake")
    BAD_CODE = "bad-code", _("the code was refused where it is spent")
    UNAVAILABLE = "unavailable", _("what it stands for could not be had")
    COMPLAINT = "complaint", _("complaint settled")


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    def standing(self) -> Self:
        """Return those that nobody cancelled."""
        return self.filter(cancelled_at=None)

    def for_key(self, key: str) -> "Redemption | None":
        """Return what this key did before, if anything: usually nothing, so asked for briefly."""
        known = self.filter(key=key).values_list("pk", flat=True).first()
        return None if known is None else self.with_details().get(pk=known)

    def with_details(self) -> Self:
        """Load the reward, the member, the voucher and the payment, in one query."""
        return self.select_related("reward", "member", "voucher", "payment__account__wallet")


class Redemption(models.Model):
    """One reward paid with points, once. Cancelled, its points are back in their lots.

    `points` and `payment` are of the wallet that the reward is priced in first; what it took
    from other wallets is in `RedemptionPayment`.
    """

    moves_with_member = True

    public_id = models.CharField(_("identifier"), max_length=40, unique=True, editable=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="redemptions", verbose_name=_("member")
    )
    reward = models.ForeignKey(
        Reward, models.PROTECT, related_name="redemptions", verbose_name=_("reward")
    )
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
    cancel_reason = models.CharField(
        _("why it was cancelled"), max_length=12, choices=CancelReason, blank=True
    )
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
        indexes = [
            models.Index(fields=["member", "-redeemed_at"], name="rewards_by_member"),
            models.Index(
                fields=["cancelled_at"],
                condition=Q(cancelled_at__isnull=False),
                name="rewards_redemption_cancelled",
            ),
        ]

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


class RedemptionPayment(models.Model):
    """What a redemption took from one more wallet than the reward's first."""

    redemption = models.ForeignKey(
        Redemption, models.PROTECT, related_name="extra_payments", verbose_name=_("redemption")
    )
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+", verbose_name=_("entry"))
    points = models.PositiveBigIntegerField(_("points"))

    class Meta:
        verbose_name = _("payment from another wallet")
        verbose_name_plural = _("payments from other wallets")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gt=0), name="rewards_extra_payment_pays_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points}"


class ReadyNotice(models.Model):
    """A member was found to have enough for a reward: said once until they redeem it again.

    `turn` counts how often they had redeemed it before.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("member"))
    reward = models.ForeignKey(Reward, models.PROTECT, related_name="+", verbose_name=_("reward"))
    turn = models.PositiveIntegerField(_("redeemed before"))
    said_at = models.DateTimeField(_("moment"))

    class Meta:
        verbose_name = _("reward found ready")
        verbose_name_plural = _("rewards found ready")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "reward", "turn"], name="rewards_ready_is_said_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.turn}"
