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

    public_id = models.CharField(_("identifier"), max_length=40, unique=True)
    name = models.CharField(_("event"), max_length=60)
    payload = models.JSONField(_("content"), default=dict)
    is_historic = models.BooleanField(_("from the past"), default=False)
    occurred_at = models.DateTimeField(_("date and time"))
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    delivered_to = models.JSONField(_("delivered to"), default=list, blank=True)
    relayed_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

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

    topic = models.CharField(_("topic"), max_length=20)
    subject = models.BigIntegerField(_("about"), null=True)
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("change to count")
        verbose_name_plural = _("changes to count")
        indexes = [models.Index(fields=["topic", "id"], name="events_change_of_topic")]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject} {self.day}"
