"""What waits to be counted, what has been, and what was revised since."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """What a change was about: the topics of `loyalty.events.changes`, and all other data."""

    PURCHASES = "purchases", _("purchases")
    POINTS = "points", _("points")
    OTHER = "other", _("other data")


class DayToCount(models.Model):
    """A day whose totals are to be counted again: many changes of a day are one of these."""

    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("day to count")
        verbose_name_plural = _("days to count")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "day"], name="analytics_day_to_count_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.day}"


class Refresh(models.Model):
    """The one row that says how fresh the facts are. Whoever counts holds its lock."""

    refreshed_at = models.DateTimeField(_("refreshed"), null=True)
    rebuilt_at = models.DateTimeField(_("counted from nothing"), null=True)
    steps = models.BigIntegerField(_("steps counted"), default=0)
    rebuilds = models.BigIntegerField(_("times counted from nothing"), default=0)

    class Meta:
        verbose_name = _("freshness of the facts")
        verbose_name_plural = _("freshness of the facts")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="analytics_refresh_is_the_only_one"),
        ]

    def __str__(self) -> str:
        return f"{self.refreshed_at}"


class Revision(models.Model):
    """A closed month whose figures changed after they had been counted: when, at the latest."""

    topic = models.CharField(_("of"), max_length=20, choices=Topic)
    month = models.DateField(_("month"))
    revised_at = models.DateTimeField(_("revised"))
    times = models.BigIntegerField(_("how often"), default=1)

    class Meta:
        verbose_name = _("revised month")
        verbose_name_plural = _("revised months")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "month"], name="analytics_revision_is_one_per_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.month:%Y-%m}"
