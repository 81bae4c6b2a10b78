from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    RUNNING = "RUNNING", _("running")
    DONE = "DONE", _("done")
    FAILED = "FAILED", _("failed")


class JobRun(models.Model):
    """One chunk of one job for one business day: who holds it, and how it ended."""

    job = models.CharField(_("job"), max_length=40)
    business_day = models.DateField(_("business day"))
    chunk = models.CharField(_("chunk"), max_length=60, default="all")
    state = models.CharField(_("state"), max_length=8, choices=JobState)
    rows = models.BigIntegerField(_("rows"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    leased_until = models.DateTimeField(_("held until"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        constraints = [
            models.UniqueConstraint(
                fields=["job", "business_day", "chunk"], name="events_job_chunk_runs_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.business_day} {self.chunk}"

    # Properties

    def is_leased(self, *, at: datetime) -> bool:
        """Say whether somebody still holds this work at that moment."""
        return (
            self.state == JobState.RUNNING
            and self.leased_until is not None
            and self.leased_until > at
        )
