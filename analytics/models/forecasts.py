"""Forecasts: how members are expected to buy, by the models that were fitted to facts.

Only `predicting.py` writes them. A fit is kept; what it says of each member is replaced by the
next one.
"""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member

_MOST_TOLD = 60


class FitQuerySet(models.QuerySet["Fit"]):
    def latest_first(self, *, until: date | None = None) -> Self:
        """The newest ones, made up to a day where one is said: as many as anybody is told of."""
        made = self if until is None else self.filter(as_of__lte=until)
        return made.order_by("-as_of")[:_MOST_TOLD]


class Fit(models.Model):
    """The parameters that explain best what members bought, up to and including a business day.

    BG/NBD (r, alpha, a, b) tells how often, in weeks; gamma-gamma (p, q, v) what a day of buying
    is worth, in whole units of the currency. Without enough who came back there are none of the
    latter. `trial` holds the same model fitted to the first half of the history against what was
    then seen.
    """

    as_of = models.DateField(_("up to the day"), unique=True)
    fitted_at = models.DateTimeField(_("fitted"))
    members = models.BigIntegerField(_("members who ever bought"))
    repeaters = models.BigIntegerField(_("members who came back"))
    r = models.FloatField(_("r, of how often members buy"))
    alpha = models.FloatField(_("alpha, of how often members buy"))
    a = models.FloatField(_("a, of when members leave"))
    b = models.FloatField(_("b, of when members leave"))
    log_likelihood = models.FloatField(_("log-likelihood"))
    p = models.FloatField(_("p, of what a day is worth"), null=True)
    q = models.FloatField(_("q, of what days are worth among members"), null=True)
    v = models.FloatField(_("v, of what days are worth among members"), null=True)
    value_log_likelihood = models.FloatField(_("log-likelihood of the value"), null=True)
    told = models.BigIntegerField(_("members with an outlook"))
    alive = models.FloatField(_("of them, expected to be customers still"))
    expected_days = models.FloatField(_("days of buying expected in 12 months"))
    expected_cents = models.BigIntegerField(_("expected in 12 months (cents)"), null=True)
    trial = models.JSONField(_("calibration and holdout"), default=list)

    objects = FitQuerySet.as_manager()

    class Meta:
        verbose_name = _("fit of predicted value")
        verbose_name_plural = _("fits of predicted value")
        constraints = [
            models.CheckConstraint(
                condition=Q(repeaters__lte=models.F("members"), repeaters__gte=0),
                name="analytics_fit_has_no_more_repeaters_than_members",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"


class Outlook(models.Model):
    """What the last fit expects of a member in the 12 months after it."""

    member = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("member")
    )
    fit = models.ForeignKey(
        Fit, models.CASCADE, related_name="+", verbose_name=_("fit"), db_index=False
    )
    alive = models.FloatField(_("probability of still being a customer"))
    expected_days = models.FloatField(_("days of buying expected"))
    expected_cents = models.BigIntegerField(_("expected revenue (cents)"), null=True)

    class Meta:
        verbose_name = _("member's outlook")
        verbose_name_plural = _("members' outlooks")
        indexes = [models.Index(fields=["alive"], name="analytics_outlook_by_alive")]
        constraints = [
            models.CheckConstraint(
                condition=Q(alive__gte=0, alive__lte=1), name="analytics_alive_is_a_probability"
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"
