from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.models import Plan
from members.models.people import Member


class SubscriptionState(models.TextChoices):
    ACTIVE = "ACTIVE", _("paid")
    CANCELLED = "CANCELLED", _("will not be renewed")
    ENDED = "ENDED", _("over")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def holding(self, *, day: date) -> Self:
        """Return those that are paid for a day and were not ended before their time."""
        return self.unended().filter(since_on__lte=day, until_on__gte=day)

    def unended(self) -> Self:
        return self.exclude(state=SubscriptionState.ENDED)

    def over(self, *, day: date) -> Self:
        """Return those whose last day is over by the end of a day, and that nobody wrote down."""
        return self.unended().filter(until_on__lte=day)

    def with_plan(self) -> Self:
        return self.select_related("plan__tier", "member")


class Subscription(models.Model):
    """Somebody's paid membership, from its first day through the last that is paid for.

    Renewals lengthen it: its days follow from the first one and the months that were paid. Paid
    again after its end, another one begins. `given_months` are those of which what a month gives
    was given, or passed by; `next_month_on` is when the next of them begins.
    """

    moves_with_member = True

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="subscriptions", verbose_name=_("member")
    )
    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="+", verbose_name=_("membership plan")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=SubscriptionState, default=SubscriptionState.ACTIVE
    )
    since_on = models.DateField(_("since"))
    until_on = models.DateField(_("paid through"))
    months = models.PositiveSmallIntegerField(_("months paid"))
    given_months = models.PositiveSmallIntegerField(_("months given"), default=0)
    next_month_on = models.DateField(_("next month on"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.CharField(_("cancelled by"), max_length=60, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("paid membership")
        verbose_name_plural = _("paid memberships")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("since_on"), months__gt=0),
                name="members_subscription_lasts",
            ),
            models.CheckConstraint(
                condition=Q(given_months__lte=F("months")),
                name="members_subscription_gives_what_is_paid",
            ),
            models.CheckConstraint(
                condition=Q(state="ENDED", ended_at__isnull=False)
                | (~Q(state="ENDED") & Q(ended_at=None)),
                name="members_subscription_ends_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="CANCELLED") | Q(cancelled_at__isnull=False),
                name="members_subscription_is_cancelled_at_a_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_month_on", "id"],
                condition=Q(next_month_on__isnull=False),
                name="members_subscription_month",
            ),
            models.Index(
                fields=["until_on", "id"],
                condition=~Q(state="ENDED"),
                name="members_subscription_over",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    # Queries

    def state_on(self, day: date) -> SubscriptionState:
        """Return its state as its dates say, whether or not the night has written it down."""
        is_over = self.until_on < day
        return SubscriptionState.ENDED if is_over else SubscriptionState(self.state)

    # Properties

    def facts(self) -> dict[str, Any]:
        """Say what it is, for the outbox. Needs `with_plan`."""
        return {
            "subscription": self.public_id,
            "member": self.member.public_id,
            "plan": self.plan.code,
            "since": self.since_on.isoformat(),
            "until": self.until_on.isoformat(),
        }


class SubscriptionPayment(models.Model):
    """A fee that a till or a shop reported as paid, by its own reference, and for which days."""

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="payments", verbose_name=_("paid membership")
    )
    reference = models.CharField(_("reference"), max_length=80, unique=True)
    paid_cents = models.BigIntegerField(_("paid (cents)"))
    months = models.PositiveSmallIntegerField(_("for months"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("through"))
    occurred_at = models.DateTimeField(_("paid on"))
    recorded_at = models.DateTimeField(_("recorded"))
    reported_by = models.CharField(_("reported by"), max_length=60, blank=True)
    key = models.CharField(max_length=64, unique=True, editable=False)
    returned_at = models.DateTimeField(_("given back"), null=True, blank=True)

    class Meta:
        verbose_name = _("fee of a membership")
        verbose_name_plural = _("fees of memberships")
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_cents__gte=0, months__gt=0, until_on__gte=F("from_on")),
                name="members_fee_pays_for_days",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    # Queries

    def says(self, *, member: Member, plan: Plan, paid_cents: int) -> bool:
        """Say whether it is what is reported now. Needs the subscription."""
        known = (self.subscription.member_id, self.subscription.plan_id, self.paid_cents)
        return known == (member.pk, plan.pk, paid_cents)
