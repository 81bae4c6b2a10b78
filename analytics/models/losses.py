"""Why members were lost, as staff were told, and how they came back. Nothing is overwritten."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import User
from members.models import Member


class LossReason(models.TextChoices):
    PRICE = "PRICE", _("prices")
    RANGE = "RANGE", _("range of products")
    SERVICE = "SERVICE", _("service or welcome")
    MOVED = "MOVED", _("moved away")
    COMPETITOR = "COMPETITOR", _("drawn away by a competitor")
    NO_NEED = "NO_NEED", _("no longer needs it")
    PROGRAMME = "PROGRAMME", _("programme not attractive")
    OTHER = "OTHER", _("another reason")


class WonBackBy(models.TextChoices):
    OFFER = "OFFER", _("an offer")
    CONTACT = "CONTACT", _("a call or a letter of ours")
    CAMPAIGN = "CAMPAIGN", _("a campaign")
    COMPLAINT = "COMPLAINT", _("a complaint that was answered")
    ALONE = "ALONE", _("on their own")
    OTHER = "OTHER", _("otherwise")


class Competitor(models.Model):
    """Another merchant to whom members leave, in the words of this one."""

    name = models.CharField(_("name"), max_length=80)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="analytics_competitor_is_named_once"),
        ]

    def __str__(self) -> str:
        return self.name


class LossQuerySet(models.QuerySet["Loss"]):
    def standing(self) -> Self:
        """Return what holds still: not replaced by what was learnt later."""
        return self.filter(replaced_at=None)

    def open(self) -> Self:
        """Return those of members who have not come back."""
        return self.standing().filter(won_back_on=None)

    def unexplained(self) -> Self:
        """Return those of members who came back, nobody has said how."""
        return self.filter(won_back_on__isnull=False, won_back_by="")


class Loss(models.Model):
    """What staff learnt of why a member stopped buying, until they bought again.

    `last_on` is the last business day on which they had bought by then. Who buys again is won
    back on that day; who is lost once more is told anew, in a row of its own.
    """

    # What of it is free words about somebody: emptied when they are forgotten.
    forgets_with_member = ("note",)

    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("member"))
    last_on = models.DateField(_("last purchase"))
    reason = models.CharField(_("reason"), max_length=10, choices=LossReason)
    competitor = models.ForeignKey(
        Competitor, models.PROTECT, null=True, blank=True, related_name="losses",
        verbose_name=_("competitor"),
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("recorded by"),
        db_index=False,
    )  # fmt: skip
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_on = models.DateField(_("recorded on"))
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)
    won_back_on = models.DateField(_("bought again on"), null=True, blank=True)
    won_back_by = models.CharField(_("won back by"), max_length=9, choices=WonBackBy, blank=True)
    explained_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("said by"),
        db_index=False,
    )  # fmt: skip
    explained_at = models.DateTimeField(_("said"), null=True, blank=True)

    objects = LossQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason of a loss")
        verbose_name_plural = _("reasons of losses")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(replaced_at=None, won_back_on=None),
                name="analytics_loss_is_open_once_per_member",
            ),
            models.CheckConstraint(
                condition=Q(won_back_on__isnull=False) | Q(won_back_by=""),
                name="analytics_loss_is_explained_of_who_came_back",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at=None) | Q(won_back_on=None),
                name="analytics_loss_that_was_replaced_ends_there",
            ),
            models.CheckConstraint(
                condition=Q(last_on__lt=models.F("recorded_on")),
                name="analytics_loss_is_told_after_the_last_purchase",
            ),
        ]
        indexes = [
            models.Index(fields=["won_back_on"], name="analytics_loss_by_return"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.reason}"
