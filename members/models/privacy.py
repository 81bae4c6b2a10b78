from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.people import Member


class ErasureState(models.TextChoices):
    ASKED = "ASKED", _("asked for")
    UNDONE = "UNDONE", _("undone")
    DONE = "DONE", _("done")


class ErasureRequestQuerySet(models.QuerySet["ErasureRequest"]):
    def due(self, *, at: datetime) -> Self:
        """Return those that nobody undid in time."""
        return self.filter(state=ErasureState.ASKED, due_at__lte=at)


class ErasureRequest(models.Model):
    """Somebody asked to be forgotten: until `due_at` it may be undone, then it is done.

    The row stays, under the member's opaque id, to show that it was asked for and done.
    """

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="erasures", verbose_name=_("member")
    )
    state = models.CharField(
        _("state"), max_length=6, choices=ErasureState, default=ErasureState.ASKED
    )
    requested_at = models.DateTimeField(_("asked"))
    requested_by = models.CharField(_("asked by"), max_length=60)
    due_at = models.DateTimeField(_("due"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state="ASKED"),
                name="members_erasure_is_asked_for_once",
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", ended_at=None)
                | (~Q(state="ASKED") & Q(ended_at__isnull=False)),
                name="members_erasure_ended_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="ASKED"), name="members_erasure_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.requested_at:%Y-%m-%d}"
