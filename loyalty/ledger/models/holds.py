from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models.accounts import Account
from loyalty.ledger.models.book import Entry


class HoldState(models.TextChoices):
    OPEN = "OPEN", _("open")
    CAPTURED = "CAPTURED", _("captured")
    VOIDED = "VOIDED", _("voided")
    LAPSED = "LAPSED", _("lapsed")


class Hold(models.Model):
    """Points set aside for a payment, until they are captured, voided or lapse, once.

    Its opening entry says of which lots they are, and what it says never changes.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="holds", verbose_name=_("account")
    )
    public_id = models.CharField(_("identifier"), max_length=40, unique=True)
    opening = models.ForeignKey(
        Entry, models.PROTECT, related_name="opened_holds", verbose_name=_("opened by")
    )
    closing = models.ForeignKey(
        Entry, models.PROTECT, null=True, related_name="closed_holds", verbose_name=_("closed by")
    )
    points = models.BigIntegerField(_("points"))
    captured = models.BigIntegerField(_("points used"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=HoldState, default=HoldState.OPEN)
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", closing=None)
                | (~Q(state="OPEN") & Q(closing__isnull=False)),
                name="ledger_hold_closes_once",
            ),
            models.CheckConstraint(
                condition=Q(points__gt=0, captured__gte=0, captured__lte=F("points")),
                name="ledger_hold_captures_no_more_than_it_holds",
            ),
            models.CheckConstraint(
                condition=(Q(state="CAPTURED") & Q(captured__gt=0))
                | (~Q(state="CAPTURED") & Q(captured=0)),
                name="ledger_hold_spends_only_when_captured",
            ),
            models.UniqueConstraint(fields=["opening"], name="ledger_hold_one_per_opening"),
            models.UniqueConstraint(fields=["closing"], name="ledger_hold_one_per_closing"),
        ]
        indexes = [
            models.Index(
                fields=["account"], condition=Q(closing__isnull=True), name="ledger_hold_open"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
