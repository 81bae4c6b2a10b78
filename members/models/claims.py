from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.cases import Case
from members.models.people import Member
from members.models.sales import Purchase


class ClaimQuerySet(models.QuerySet["Claim"]):
    def refused(self) -> Self:
        """Return those that found no receipt, and those that are being looked for right now.

        Many of one receipt are guesses; so that several at once pass no limit, they count too.
        """
        return self.filter(purchase=None)


class Claim(models.Model):
    """A receipt of which a member says that its points are missing: theirs since, or a case.

    Neither while it is being looked at.
    """

    moves_with_member = True
    # Typed by hand: it may say anything.
    forgets_with_member = ("receipt",)

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="claims", verbose_name=_("member"), db_index=False
    )
    receipt = models.CharField(_("receipt"), max_length=80)
    bought_on = models.DateField(_("bought on"))
    total_cents = models.BigIntegerField(_("total (cents)"))
    key = models.CharField(max_length=64, unique=True, editable=False)
    claimed_at = models.DateTimeField(_("claimed"))
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("purchase"), db_index=False,
    )  # fmt: skip
    case = models.OneToOneField(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claim",
        verbose_name=pgettext_lazy("case", "request"),
    )

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim of missing points")
        verbose_name_plural = _("claims of missing points")
        constraints = [
            models.CheckConstraint(
                condition=Q(total_cents__gte=0), name="members_claim_total_is_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "claimed_at"], name="members_claim_by_member"),
            models.Index(
                Upper("receipt"),
                F("claimed_at"),
                condition=Q(purchase=None),
                name="members_claim_of_receipt",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt
