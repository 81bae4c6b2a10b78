"""Figures that were computed once and are shown many times. Only `keeping.py` writes them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cause(models.TextChoices):
    """Why a figure that was settled turned out otherwise."""

    DATA = "DATA", _("late data")
    RULES = "RULES", _("other settings, or another release")
    BOTH = "BOTH", _("late data and other settings")


class KeptFigure(models.Model):
    """What a measure answered of a period and a cut, and what it was computed from.

    Days that are the first of a longer period are not the same as these days by themselves: what
    they are compared with is cut as short.

    `stamp` says how fresh that was: while it is the stamp of today, the answer still holds. A
    settled one is of a period that was over and counted to its last day; where a settled answer
    was replaced by another, `revised_at` says when what changed it did, and `revised_by` what.
    """

    code = models.CharField(_("measure"), max_length=40)
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    short_by = models.PositiveIntegerField(_("days left out"), default=0)
    kind = models.CharField(_("kind of period"), max_length=7)
    cut = models.CharField(_("cut"), max_length=400)
    figure = models.TextField(_("figure"))
    stamp = models.CharField(_("computed from"), max_length=120)
    is_settled = models.BooleanField(_("settled"))
    computed_at = models.DateTimeField(_("computed"))
    revised_at = models.DateTimeField(_("revised"), null=True)
    revised_by = models.CharField(_("revised by"), max_length=5, choices=Cause, blank=True)

    class Meta:
        verbose_name = _("kept figure")
        verbose_name_plural = _("kept figures")
        constraints = [
            models.UniqueConstraint(
                fields=["first_on", "last_on", "short_by", "code", "cut"],
                name="analytics_figure_is_kept_once",
            ),
        ]
        indexes = [models.Index(fields=["computed_at"], name="analytics_kept_by_age")]

    def __str__(self) -> str:
        return f"{self.code} {self.first_on} – {self.last_on}"
