from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import User
from loyalty.programmes.models import Tier
from members.models.people import Member


class TierChange(models.Model):
    """One move of a member on the ladder: from, to, when, why, by whom or what, until when.

    `from` and `to` are the tiers that held. Where somebody gave a tier, the row says it too,
    and what was earned beneath; `cause` says why it was given, or which review moved them.
    """

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="tier_changes", verbose_name=_("member")
    )
    from_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, related_name="+", verbose_name=_("from")
    )
    to_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, related_name="+", verbose_name=_("to")
    )
    reason = models.CharField(_("reason"), max_length=40)
    cause = models.CharField(_("cause"), max_length=40, blank=True)
    actor = models.CharField(_("by"), max_length=60, blank=True)
    changed_at = models.DateTimeField(_("moment"))
    until = models.DateField(_("until"), null=True, blank=True)
    given_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("tier given"),
    )  # fmt: skip
    given_until = models.DateField(_("given until"), null=True, blank=True)
    earned_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("tier earned"),
    )  # fmt: skip
    earned_until = models.DateField(_("earned until"), null=True, blank=True)

    class Meta:
        verbose_name = _("tier change")
        verbose_name_plural = _("tier changes")
        indexes = [models.Index(fields=["member", "-changed_at"], name="members_tier_history")]

    def __str__(self) -> str:
        return f"{self.reason} {self.changed_at:%Y-%m-%d}"


class ReviewState(models.TextChoices):
    LOOKING = "LOOKING", _("being looked at")
    LOOKED = "LOOKED", _("waiting for you")
    APPLYING = "APPLYING", _("being applied")
    DONE = "DONE", _("applied")


class TierReview(models.Model):
    """Who would move if the ladder, as it was then, were held against all members at once.

    Looking writes down moves and moves nobody; a person applies them. `reached` is the last
    row that was worked on: stopped anywhere, the work goes on from there.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True)
    revision = models.CharField(max_length=40)
    state = models.CharField(
        _("state"), max_length=8, choices=ReviewState, default=ReviewState.LOOKING
    )
    asked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked by"), db_index=False
    )
    asked_at = models.DateTimeField(_("asked"))
    applied_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("applied by"), db_index=False,
    )  # fmt: skip
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    lowers = models.BooleanField(_("lowers too"), default=False)
    steps = models.PositiveBigIntegerField(_("steps"), default=0)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    moved = models.PositiveBigIntegerField(_("members moved"), default=0)
    reached = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("tier review")
        verbose_name_plural = _("tier reviews")

    def __str__(self) -> str:
        return self.public_id

    # Properties

    @property
    def is_at_work(self) -> bool:
        return self.state in (ReviewState.LOOKING, ReviewState.APPLYING)


class TierReviewMove(models.Model):
    """One member who would move: from which tier to which, up or down."""

    review = models.ForeignKey(
        TierReview, models.CASCADE, related_name="moves", verbose_name=_("tier review")
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("member"))
    from_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, related_name="+", verbose_name=_("from")
    )
    to_tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, related_name="+", verbose_name=_("to")
    )
    is_up = models.BooleanField(_("rises"))

    class Meta:
        verbose_name = _("move foreseen")
        verbose_name_plural = _("moves foreseen")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "member"], name="members_review_moves_a_member_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"
