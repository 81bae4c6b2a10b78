"""What the merchant wants measures to become, what is done for it, and what their sector has."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from analytics.models.money import Cost
from loyalty.identity.models import Traced, User
from loyalty.programmes.models import Store


class Rhythm(models.TextChoices):
    """The period of which a goal looks at the measure: the last that is over."""

    MONTH = "MONTH", _("each month")
    QUARTER = "QUARTER", _("each quarter")
    HALF = "HALF", _("each half-year")
    YEAR = "YEAR", _("each year")


class Outcome(models.TextChoices):
    REACHED = "REACHED", pgettext_lazy("goal", "reached")
    MISSED = "MISSED", pgettext_lazy("goal", "missed")
    DROPPED = "DROPPED", pgettext_lazy("goal", "given up")


class GoalQuerySet(models.QuerySet["Goal"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)


class Goal(models.Model):
    """What one measure is to become by a day, for somebody who answers for it.

    Values are in the measure's unit: a share is between 0 and 1, money is cents. `baseline` is
    what the measure was in the last period that was over when the goal was set; without a value
    it was not available. `cut` is in words, as `slicing` reads them.
    """

    code = models.CharField(_("measure"), max_length=60)
    cut = models.JSONField(_("cut"), default=dict, blank=True)
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("store")
    )
    rhythm = models.CharField(_("looked at"), max_length=7, choices=Rhythm)
    target = models.DecimalField(_("target"), max_digits=24, decimal_places=8)
    baseline = models.DecimalField(
        _("at the start"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    from_on = models.DateField(_("from the day"))
    by_on = models.DateField(_("by the day"))
    owner = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("answers for it")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    set_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("set by"), db_index=False
    )
    set_at = models.DateTimeField(_("set"))
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = GoalQuerySet.as_manager()
    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = pgettext_lazy("of a measure", "goal")
        verbose_name_plural = pgettext_lazy("of measures", "goals")
        constraints = [
            models.CheckConstraint(
                condition=Q(by_on__gt=F("from_on")), name="analytics_goal_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="")
                | Q(ended_at__isnull=False) & ~Q(outcome=""),
                name="analytics_goal_that_ended_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.by_on}"


class ActionKind(models.TextChoices):
    CORRECTIVE = "CORRECTIVE", pgettext_lazy("action", "corrective")
    MAINTENANCE = "MAINTENANCE", pgettext_lazy("action", "maintenance")


class ActionField(models.TextChoices):
    PRODUCT = "PRODUCT", _("product")
    PRICE = "PRICE", _("price")
    DISTRIBUTION = "DISTRIBUTION", _("distribution")
    COMMUNICATION = "COMMUNICATION", _("communication")


class ActionState(models.TextChoices):
    OPEN = "OPEN", pgettext_lazy("action", "to do")
    DONE = "DONE", pgettext_lazy("action", "done")
    DROPPED = "DROPPED", pgettext_lazy("action", "given up")


class ActionQuerySet(models.QuerySet["Action"]):
    def open(self) -> Self:
        """Return what is to do still, of goals that are pursued still."""
        return self.filter(state=ActionState.OPEN, goal__ended_at=None)


class Action(models.Model):
    """Something that is done for a goal, by somebody, by a day, at a cost.

    `before` is what the measure was in the last period that was over when the action was
    planned, `after` when it was finished. What it cost is among the costs of the programme.
    """

    goal = models.ForeignKey(
        Goal, models.PROTECT, related_name="actions",
        verbose_name=pgettext_lazy("of a measure", "goal"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=11, choices=ActionKind)
    field = models.CharField(_("field"), max_length=13, choices=ActionField)
    title = models.CharField(_("what to do"), max_length=160)
    owner = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("answers for it")
    )
    due_on = models.DateField(_("due"))
    cost_cents = models.BigIntegerField(_("cost"), default=0)
    cost = models.OneToOneField(
        Cost, models.SET_NULL, null=True, blank=True, related_name="action",
        verbose_name=_("cost of the programme"),
    )  # fmt: skip
    state = models.CharField(
        _("state"), max_length=7, choices=ActionState, default=ActionState.OPEN
    )
    result = models.CharField(_("result"), max_length=500, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    before = models.DecimalField(
        _("measure before"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    after = models.DecimalField(
        _("measure after"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    planned_at = models.DateTimeField(_("planned"))

    objects = ActionQuerySet.as_manager()
    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = pgettext_lazy("of a plan", "action")
        verbose_name_plural = pgettext_lazy("of a plan", "actions")
        constraints = [
            models.CheckConstraint(
                condition=Q(cost_cents__gte=0), name="analytics_action_costs_nothing_or_more"
            ),
            models.CheckConstraint(
                condition=Q(state="DONE", done_on__isnull=False)
                | ~Q(state="DONE") & Q(done_on=None),
                name="analytics_action_that_is_done_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="DONE") | ~Q(result=""),
                name="analytics_action_that_is_done_has_a_result",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="analytics_action_by_due_day")]

    def __str__(self) -> str:
        return self.title


class Benchmark(models.Model):
    """What a measure is in a sector, by a source that the merchant names. Never made up by us."""

    code = models.CharField(_("measure"), max_length=60)
    sector = models.CharField(_("sector"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=8)
    source = models.CharField(_("source"), max_length=200)
    entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"),
        db_index=False,
    )  # fmt: skip
    entered_at = models.DateTimeField(_("entered"))

    class Meta:
        verbose_name = _("figure of the sector")
        verbose_name_plural = _("figures of the sector")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "sector", "year"],
                name="analytics_benchmark_is_one_per_measure_sector_and_year",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=1900, year__lte=2999),
                name="analytics_benchmark_is_of_a_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.sector} {self.year}"
