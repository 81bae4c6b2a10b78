from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models import Holder
from loyalty.programmes.models import HouseholdRule
from members.models.people import Member


class Household(models.Model):
    """Members who share one account of the points. Points down to the holder of it."""

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    holder = models.OneToOneField(Holder, models.PROTECT, related_name="+", editable=False)
    founded_at = models.DateTimeField(_("founded"))
    closed_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("founded_at")),
                name="members_household_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class HouseholdStayQuerySet(models.QuerySet["HouseholdStay"]):
    def open(self) -> Self:
        """Return the stays of those who are in a household now."""
        return self.filter(until_at=None)

    def at(self, moment: datetime) -> Self:
        return self.filter(Q(until_at=None) | Q(until_at__gt=moment), since_at__lte=moment)

    def of(self, member: "Member | models.OuterRef") -> Self:
        """Return those of a member, and of whoever was merged into them."""
        return self.filter(Q(member=member) | Q(member__merged_into=member))

    def with_people(self) -> Self:
        return self.select_related("household", "member")


class HouseholdStay(models.Model):
    """From when until when somebody was in a household; without an end they still are.

    `rule` is what they take along on leaving, as it was when they joined.
    """

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="stays", verbose_name=_("household")
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="household_stays", verbose_name=_("member")
    )
    rule = models.CharField(_("takes along"), max_length=7, choices=HouseholdRule)
    since_at = models.DateTimeField(_("since"))
    until_at = models.DateTimeField(_("until"), null=True, blank=True)
    # What the household's account got and gave: points on joining and on leaving.
    brought = models.BigIntegerField(_("points brought"), default=0)
    taken = models.BigIntegerField(_("points taken along"), null=True, blank=True)

    objects = HouseholdStayQuerySet.as_manager()

    class Meta:
        verbose_name = _("stay in a household")
        verbose_name_plural = _("stays in households")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(until_at=None),
                name="members_household_is_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until_at=None, taken=None)
                | Q(until_at__gte=F("since_at"), taken__isnull=False),
                name="members_household_stay_ends_with_what_was_taken",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.member_id}"


class InvitationState(models.TextChoices):
    OPEN = "OPEN", _("waiting for an answer")
    ACCEPTED = "ACCEPTED", _("accepted")
    DECLINED = "DECLINED", _("declined")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


class HouseholdInvitation(models.Model):
    """Somebody whom a member asked into their household. Nobody joins without a yes."""

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="invitations", verbose_name=_("household")
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="household_invitations", verbose_name=_("member")
    )
    invited_by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_index=False, verbose_name=_("invited by")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=InvitationState, default=InvitationState.OPEN
    )
    invited_at = models.DateTimeField(_("invited"))
    lapses_at = models.DateTimeField(_("good until"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation to a household")
        verbose_name_plural = _("invitations to households")
        constraints = [
            models.UniqueConstraint(
                fields=["household", "member"],
                condition=Q(state="OPEN"),
                name="members_invitation_waits_once",
            ),
            models.CheckConstraint(
                condition=(Q(state="OPEN") & Q(answered_at=None))
                | (~Q(state="OPEN") & Q(answered_at__isnull=False)),
                name="members_invitation_ends_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
