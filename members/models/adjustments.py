from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import Approval, ApprovalState, User
from loyalty.ledger.models import Entry, Wallet
from members.models.people import Member


class AdjustmentReason(models.TextChoices):
    """Why points are adjusted. The ledger keeps the code."""

    GOODWILL = "goodwill", _("goodwill gesture")
    CORRECTION = "correction", _("correction of a mistake")
    LOST_RECEIPT = "lost-receipt", _("purchase without a receipt")
    COMPLAINT = "complaint", _("complaint settled")
    FRAUD = "fraud", _("misuse")
    OTHER = "other", _("other, said in the note")


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    def counting(self, *, at: datetime) -> Self:
        """Return those that are posted, and those that somebody can still approve."""
        is_waiting = Q(approval__state=ApprovalState.WAITING, approval__lapses_at__gt=at)
        return self.filter(Q(entry__isnull=False) | is_waiting)

    def with_details(self) -> Self:
        return self.select_related("member", "wallet", "entry", "approval", "requested_by")


class Adjustment(models.Model):
    """Points that somebody of the staff asked to add or take away, by hand and with a reason.

    Posted once it has an entry. Without one it waits for its approval, or never happened.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="adjustments", verbose_name=_("member")
    )
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet"))
    points = models.BigIntegerField(_("points"))
    reason = models.CharField(_("reason"), max_length=12, choices=AdjustmentReason)
    key = models.CharField(max_length=64, unique=True, editable=False)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked by"), db_index=False
    )
    requested_at = models.DateTimeField(_("asked"))
    approval = models.OneToOneField(
        Approval, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("approval"),
    )  # fmt: skip
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("entry")
    )

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        constraints = [
            models.CheckConstraint(
                condition=~Q(points=0), name="members_adjustment_moves_something"
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=False) | Q(approval__isnull=False),
                name="members_adjustment_is_posted_or_was_asked_for",
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_by", "requested_at"], name="members_adjustment_by_asker"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class AdjustmentNote(models.Model):
    """What somebody wrote about an adjustment. It may name people: erasing a member erases it."""

    adjustment = models.ForeignKey(
        Adjustment, models.CASCADE, related_name="notes", verbose_name=_("adjustment")
    )
    text = models.CharField(_("note"), max_length=500)
    written_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("note on an adjustment")
        verbose_name_plural = _("notes on adjustments")

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d}"
