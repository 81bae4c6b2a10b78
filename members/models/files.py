from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import Approval, ApprovalState, User


class FileState(models.TextChoices):
    RECEIVED = "RECEIVED", _("received")
    LOOKING = "LOOKING", _("being checked")
    LOOKED = "LOOKED", _("checked")
    ASKED = "ASKED", _("waiting for approval")
    WAITING = "WAITING", _("about to start")
    RUNNING = "RUNNING", _("being brought in")
    DONE = "DONE", _("brought in")
    STOPPED = "STOPPED", _("stopped")
    REFUSED = "REFUSED", _("refused")
    GONE = "GONE", _("removed")


class ImportFileQuerySet(models.QuerySet["ImportFile"]):
    def kept(self) -> Self:
        """Return those whose file may still be on the disk."""
        return self.filter(is_kept=True)

    def giving(self, *, at: datetime) -> Self:
        """Return those that give points: started, or for somebody else to approve still."""
        is_waiting = Q(approval__state=ApprovalState.WAITING, approval__lapses_at__gt=at)
        is_free = Q(approval=None) | Q(approval__state=ApprovalState.APPROVED)
        return self.filter(is_free | is_waiting, started_at__isnull=False)


class ImportFile(models.Model):
    """A file that somebody uploaded: looked at first, then brought in, then thrown away.

    `public_id` is its name on the disk. `report` is what a dry run said, `result` what was
    done; both hold lines, figures and refused lines, never the file's own. `points` is the most
    that it gives: who started it answers for them, and above their limits another person too.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20)
    title = models.CharField(_("file"), max_length=120)
    options = models.JSONField(_("options"), default=dict)
    columns = models.JSONField(_("columns"), default=dict)
    state = models.CharField(
        _("state"), max_length=8, choices=FileState, default=FileState.RECEIVED
    )
    is_kept = models.BooleanField(_("file kept"), default=True)
    uploaded_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), db_index=True)
    address = models.GenericIPAddressField(_("from where"), null=True)
    steps = models.BigIntegerField(_("steps"), default=0)
    done = models.BigIntegerField(_("steps done"), default=0)
    heard_at = models.DateTimeField(_("last sign of life"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    report = models.JSONField(_("report"), default=dict)
    result = models.JSONField(_("result"), default=dict)
    refusal = models.CharField(_("refusal"), max_length=60, blank=True)
    points = models.BigIntegerField(_("points at most"), default=0)
    started_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by"),
        db_index=False,
    )  # fmt: skip
    started_at = models.DateTimeField(_("started"), null=True)
    approval = models.OneToOneField(
        Approval, models.PROTECT, null=True, related_name="+", verbose_name=_("approval")
    )

    objects = ImportFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        indexes = [
            models.Index(
                fields=["started_by", "started_at"],
                condition=Q(points__gt=0),
                name="members_import_by_starter",
            ),
        ]
        permissions = [("import_files", _("Can bring in files of members and purchases"))]

    def __str__(self) -> str:
        return self.title


class Export(models.Model):
    """A list that somebody of the staff took away: what of it, and how many rows. Never edited.

    `rows` is None while it is written, and where the reader went away before its end.
    """

    kind = models.CharField(_("kind"), max_length=20)
    file_format = models.CharField(_("format"), max_length=4)
    filters: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("filters"), default=dict
    )
    rows = models.BigIntegerField(_("rows"), null=True)
    taken_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    taken_at = models.DateTimeField(_("moment"), db_index=True)
    address = models.GenericIPAddressField(_("from where"), null=True)

    class Meta:
        verbose_name = _("exported list")
        verbose_name_plural = _("exported lists")
        permissions = [("export_lists", _("Can export lists"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.taken_at:%Y-%m-%d %H:%M}"
