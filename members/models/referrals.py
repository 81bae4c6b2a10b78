from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.people import Member


class ReferralCode(models.Model):
    """What a member gives to friends: chance, and nothing that says who they are.

    It stays with the membership; of a merged one it leads to the survivor.
    """

    member = models.OneToOneField(
        Member, models.PROTECT, related_name="referral_code", verbose_name=_("member")
    )
    code = models.CharField(_("code"), max_length=12, unique=True)
    issued_at = models.DateTimeField(_("issued"))

    class Meta:
        verbose_name = _("referral code")
        verbose_name_plural = _("referral codes")

    def __str__(self) -> str:
        return self.code


class ReferralState(models.TextChoices):
    PENDING = "PENDING", pgettext_lazy("referral", "waiting")
    CONFIRMED = "CONFIRMED", pgettext_lazy("referral", "confirmed")
    REFUSED = "REFUSED", pgettext_lazy("referral", "refused")
    CANCELLED = "CANCELLED", pgettext_lazy("referral", "cancelled")


class ReferralEnd(models.TextChoices):
    """Why somebody gets nothing for a referral."""

    OWN = "OWN", _("both are one person")
    HOUSEHOLD = "HOUSEHOLD", _("both share a household")
    CIRCULAR = "CIRCULAR", _("the friend had brought the referrer")
    MEMBER_BEFORE = "MEMBER_BEFORE", _("the friend was a member before")
    REFERRED_BEFORE = "REFERRED_BEFORE", _("another member had brought the friend")
    FRIEND_LEFT = "FRIEND_LEFT", _("the friend has left")
    REFERRER_LEFT = "REFERRER_LEFT", _("the referrer has left")
    LIMIT = "LIMIT", _("the referrer was rewarded for as many friends as a year allows")
    STAFF = "STAFF", _("decided by staff")


class ReferralQuerySet(models.QuerySet["Referral"]):
    def pending(self) -> Self:
        return self.filter(state=ReferralState.PENDING)

    def of_referrer(self, member: Member) -> Self:
        """Return those of a member, and of whoever was merged into them."""
        return self.filter(Q(referrer=member) | Q(referrer__merged_into=member))

    def of_friend(self, member: Member) -> Self:
        """Return those by which a member came, or whoever was merged into them."""
        return self.filter(Q(friend=member) | Q(friend__merged_into=member))

    def with_people(self) -> Self:
        """Load both sides and their survivors."""
        return self.select_related("referrer__merged_into", "friend__merged_into")


class Referral(models.Model):
    """Somebody who joined with the code of a member, and what became of it.

    It waits until the friend has bought; then both get what the rules say, or a reason says why
    not. A confirmed one with a reason gave the referrer nothing.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    referrer = models.ForeignKey(
        Member, models.PROTECT, related_name="referrals", verbose_name=_("referrer")
    )
    friend = models.OneToOneField(
        Member, models.PROTECT, related_name="referral", verbose_name=_("friend")
    )
    code = models.CharField(_("code"), max_length=12, blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=ReferralState, default=ReferralState.PENDING
    )
    why = models.CharField(_("why"), max_length=15, choices=ReferralEnd, blank=True)
    joined_at = models.DateTimeField(_("joined"))
    purchase = models.ForeignKey(
        "members.Purchase", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("first purchase that counts"), db_index=False,
    )  # fmt: skip
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # The night's business day by which it was confirmed or refused.
    ended_on = models.DateField(_("business day"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(
                condition=~Q(referrer=F("friend")), name="members_referral_is_of_two"
            ),
            models.CheckConstraint(
                condition=(Q(state="PENDING") & Q(ended_at=None) & Q(why=""))
                | (~Q(state="PENDING") & Q(ended_at__isnull=False) & Q(ended_on__isnull=False)),
                name="members_referral_ends_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["REFUSED", "CANCELLED"]) | ~Q(why=""),
                name="members_referral_is_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="CONFIRMED") | Q(purchase__isnull=False),
                name="members_referral_is_confirmed_by_a_purchase",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state="PENDING"), name="members_referral_pending"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    # Properties

    @property
    def is_rewarded(self) -> bool:
        """Say whether the referrer got what the rules say."""
        return self.state == ReferralState.CONFIRMED and not self.why
