from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models import Hold, HoldState
from loyalty.programmes.models import Store
from members.models.people import Member


class TillHoldQuerySet(models.QuerySet["TillHold"]):
    def with_details(self) -> Self:
        """Load the member, and what the ledger holds for it, in one query."""
        return self.select_related("member", "hold__closing")


class TillHold(models.Model):
    """Points that a till set aside to pay with, and what they were worth then.

    What became of them is its hold's in the ledger. Worth is cents of the programme's currency,
    and stays as it was told whatever becomes of the value of a point.
    """

    moves_with_member = True

    hold = models.OneToOneField(
        Hold, models.PROTECT, related_name="+", verbose_name=_("in the book of points")
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="till_holds", verbose_name=_("member")
    )
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, related_name="+", verbose_name=_("store")
    )
    client = models.CharField(_("till"), max_length=40, blank=True)
    value_cents = models.BigIntegerField(_("worth (cents)"))
    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    held_at = models.DateTimeField(_("moment"))

    objects = TillHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("points set aside at a till")
        verbose_name_plural = _("points set aside at tills")
        constraints = [
            models.CheckConstraint(
                condition=Q(value_cents__gt=0), name="members_till_hold_is_worth_something"
            ),
        ]

    def __str__(self) -> str:
        return self.client or f"{self.held_at:%Y-%m-%d %H:%M}"

    # Queries

    def state_at(self, at: datetime) -> HoldState:
        """Return its state as its date says, whether or not it has been written down."""
        is_over = self.hold.state == HoldState.OPEN and self.hold.expires_at <= at
        return HoldState.LAPSED if is_over else HoldState(self.hold.state)

    def worth(self, points: int) -> int:
        """Return the cents that so many of its points pay, rounded down; all of them pay all."""
        return self.value_cents * points // self.hold.points

    def points_for(self, cents: int) -> int:
        """Return the fewest of its points that pay an amount."""
        return -(-cents * self.hold.points // self.value_cents)
