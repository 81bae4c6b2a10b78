from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models import Holder
from loyalty.programmes.models.campaigns import Campaign
from loyalty.programmes.models.earning import Rule


class MemberCount(models.Model):
    """What one holder has had of one rule in one period: 2026-11-21, 2026-W47, 2026, ever.

    Changed under the lock of the holder's accounts. `last_at` is when the last award was.
    """

    rule = models.ForeignKey(
        Rule, models.PROTECT, related_name="+", db_index=False, verbose_name=_("earning rule")
    )
    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="+", db_index=False, verbose_name=_("holder")
    )
    window = models.CharField(_("period"), max_length=10)
    points = models.BigIntegerField(_("points"), default=0)
    times = models.PositiveIntegerField(_("awards"), default=0)
    last_at = models.DateTimeField(_("last award"), null=True, blank=True)

    class Meta:
        verbose_name = _("count of a member")
        verbose_name_plural = _("counts of members")
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "rule", "window"], name="programmes_counts_are_one_a_period"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0), name="programmes_count_is_not_negative"
            ),
        ]
        # How many members a campaign has reached.
        indexes = [
            models.Index(fields=["rule", "window"], name="programmes_counts_by_rule"),
        ]

    def __str__(self) -> str:
        return self.window


class BudgetUse(models.Model):
    """How many points of a budget are used, of a rule or of a campaign. Changed last of all."""

    rule = models.OneToOneField(
        Rule, models.PROTECT, null=True, related_name="budget_use", verbose_name=_("earning rule")
    )
    campaign = models.OneToOneField(
        Campaign, models.PROTECT, null=True, related_name="budget_use",
        verbose_name=_("campaign"),
    )  # fmt: skip
    points = models.BigIntegerField(_("points used"), default=0)

    class Meta:
        verbose_name = _("use of a budget")
        verbose_name_plural = _("uses of budgets")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=0), name="programmes_budget_use_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(rule__isnull=True) ^ Q(campaign__isnull=True),
                name="programmes_budget_use_is_of_one_budget",
            ),
        ]

    def __str__(self) -> str:
        return str(self.points)


class RuleCost(models.Model):
    """What a rule has given to everybody, less what returns took back: one part of several.

    A rule's cost is the sum of its parts. Sales at once add to different parts, so that they
    seldom wait for each other; one part alone may be below zero.
    """

    rule = models.ForeignKey(
        Rule, models.PROTECT, related_name="costs", db_index=False, verbose_name=_("earning rule")
    )
    part = models.PositiveSmallIntegerField(_("number of the part"))
    points = models.BigIntegerField(_("points"), default=0)
    awards = models.BigIntegerField(_("awards"), default=0)
    gift_cents = models.BigIntegerField(_("worth of vouchers (cents)"), default=0)

    class Meta:
        verbose_name = _("cost of a rule")
        verbose_name_plural = _("costs of rules")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "part"], name="programmes_costs_are_one_a_part"
            ),
        ]

    def __str__(self) -> str:
        return str(self.points)
