from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import User
from loyalty.programmes.models.earning import Rule


class SimulationState(models.TextChoices):
    READY = "READY", _("ready")
    WAITING = "WAITING", _("waiting")
    RUNNING = "RUNNING", _("running")
    DONE = "DONE", _("done")
    STOPPED = "STOPPED", _("stopped")


class Simulation(models.Model):
    """A draft of a rule, tried on the purchases of some months; it writes nothing but `report`.

    Without terms it is the rules as they are, which must come to what was really given.
    """

    rule = models.ForeignKey(
        Rule, models.PROTECT, null=True, related_name="simulations",
        verbose_name=_("earning rule"),
    )  # fmt: skip
    terms = models.JSONField(_("terms"), null=True)
    months = models.PositiveSmallIntegerField(_("months"), default=3)
    state = models.CharField(
        _("state"), max_length=7, choices=SimulationState, default=SimulationState.READY
    )
    asked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    heard_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    steps = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    report = models.JSONField(_("report"), default=dict)

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rule=None, terms=None)
                | models.Q(rule__isnull=False, terms__isnull=False),
                name="programmes_simulation_tries_one_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"simulation {self.pk}"
