from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutboxQuerySet(models.QuerySet["OutboxEvent"]):
    def due(self, *, at: datetime) -> Self:
        """Return events nobody has finished, whose lease or pause is over."""
        return self.filter(relayed_at=None, due_at__lte=at)

    def delivered(self, *, before: datetime) -> Self:
        """Return events that everybody had finished with before a moment."""
        return self.filter(relayed_at__isnull=False, relayed_at__lt=before)


class OutboxEvent(models.Model):
    """Something that happened, written in the transaction in which it happened.

    `payload` holds ids and figures, never a name or an address. A historic event (from an
    import or the demo) keeps measures right and reaches no member, no webhook. `due_at` is the
    next try, or while a relay holds the event, the end of its lease; `delivered_to` names the
    reactions that have finished with an event of which another failed.
    """

    public_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    is_historic = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_to = models.JSONField(default=list, blank=True)
    relayed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(
                fields=["is_historic", "due_at", "id"],
                condition=Q(relayed_at=None),
                name="events_outbox_due",
            ),
            models.Index(
                fields=["relayed_at"],
                condition=Q(relayed_at__isnull=False),
                name="events_outbox_delivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.public_id}"


class Change(models.Model):
    """A day of somebody's (or of a topic's) figures that measures must count again.

    Written with the fact, consumed by deletion: a delete sees only what has committed, so
    nothing is missed whatever the order of commits.
    """

    topic = models.CharField(max_length=20)
    subject = models.BigIntegerField(null=True)
    day = models.DateField()

    class Meta:
        verbose_name = _("change to count")
        verbose_name_plural = _("changes to count")
        indexes = [models.Index(fields=["topic", "id"], name="events_change_of_topic")]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject} {self.day}"


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
    leased_until = models.DateTimeField(null=True, blank=True)
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
