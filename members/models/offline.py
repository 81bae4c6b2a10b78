from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import User
from members.models.people import Member
from members.models.sales import Purchase


class Shortage(models.TextChoices):
    """What kept points that a till let go from being taken."""

    ALLOWANCE = "ALLOWANCE", _("more than a day allows")
    BALANCE = "BALANCE", _("more than the member had")
    LOCKED = "LOCKED", _("spending was locked")


class OfflineSpendingQuerySet(models.QuerySet["OfflineSpending"]):
    def unsettled(self) -> Self:
        """Those of which something is missing, and that nobody has dealt with."""
        return self.exclude(shortage="").filter(settled_at=None)


class OfflineSpending(models.Model):
    """Points that a till without a network let a member use, and how many could be taken then."""

    moves_with_member = True

    purchase = models.OneToOneField(
        Purchase, models.PROTECT, related_name="+", verbose_name=_("purchase")
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="+", verbose_name=_("member"), db_index=False
    )
    spent_on = models.DateField(_("business day"))
    asked = models.PositiveBigIntegerField(_("points let go"))
    taken = models.PositiveBigIntegerField(_("points taken"))
    shortage = models.CharField(_("why fewer"), max_length=9, choices=Shortage, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("settled by"), db_index=False,
    )  # fmt: skip

    objects = OfflineSpendingQuerySet.as_manager()

    class Meta:
        verbose_name = _("points used offline")
        verbose_name_plural = _("points used offline")
        permissions = [("settle_offlinespending", _("Can settle points used offline"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(shortage="", asked__gt=0, taken=F("asked"))
                | (~Q(shortage="") & Q(taken__lt=F("asked"))),
                name="members_offline_points_are_taken_or_missing",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | ~Q(shortage=""),
                name="members_offline_points_are_settled_where_missing",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "spent_on"], name="members_offline_by_day"),
            models.Index(
                fields=["id"],
                condition=~Q(shortage="") & Q(settled_at=None),
                name="members_offline_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.spent_on} {self.taken}/{self.asked}"

    # Properties

    @property
    def is_unsettled(self) -> bool:
        return bool(self.shortage) and self.settled_at is None

    @property
    def short(self) -> int:
        return self.asked - self.taken
