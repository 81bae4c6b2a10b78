from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from loyalty.identity.models.people import User
from loyalty.identity.models.tracing import Traced
from loyalty.identity.roles import Role


class ApprovalKind(models.TextChoices):
    """What may wait for somebody else. Who carries it out lives in the app that asks."""

    ADJUSTMENT = "ADJUSTMENT", _("adjustment of points")
    PUBLICATION = "PUBLICATION", _("publication of a rule")
    EXPORT = "EXPORT", _("export of members")
    IMPORT = "IMPORT", _("import of purchases")


class Limit(models.Model):
    """How many points one role may adjust without anybody else: at once, in a day, in a month.

    A role without a row has the limits it came with.
    """

    role = models.CharField(_("role"), max_length=20, choices=Role, unique=True)
    at_once = models.PositiveBigIntegerField(_("points at once"))
    in_a_day = models.PositiveBigIntegerField(_("points in 24 hours"))
    in_a_month = models.PositiveBigIntegerField(_("points in 30 days"))

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("limit of a role")
        verbose_name_plural = _("limits of the roles")
        constraints = [
            models.CheckConstraint(
                condition=Q(at_once__lte=F("in_a_day"), in_a_day__lte=F("in_a_month")),
                name="identity_limit_grows_with_time",
                violation_error_message=_(
                    "A day allows no less than one adjustment, and a month no less than a day."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class ApprovalState(models.TextChoices):
    WAITING = "WAITING", _("waiting")
    APPROVED = "APPROVED", _("approved")
    REFUSED = "REFUSED", pgettext_lazy("approval", "refused")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    LAPSED = "LAPSED", pgettext_lazy("approval", "lapsed")


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def waiting(self, *, at: datetime) -> Self:
        """Return those that somebody can still decide on. What is past its day cannot be."""
        return self.filter(state=ApprovalState.WAITING, lapses_at__gt=at)

    def overdue(self, *, at: datetime) -> Self:
        return self.filter(state=ApprovalState.WAITING, lapses_at__lte=at)

    def with_people(self) -> Self:
        return self.select_related("requested_by", "decided_by")


class Approval(models.Model):
    """Something somebody asked for that somebody else decides. Nothing happens before.

    `subject` and `payload` hold ids and figures, never a name or a word about anybody.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    kind = models.CharField(_("what for"), max_length=11, choices=ApprovalKind)
    subject = models.CharField(_("about"), max_length=40)
    payload = models.JSONField(_("figures"), default=dict)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    key = models.CharField(max_length=64, unique=True, editable=False)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    requested_at = models.DateTimeField(_("asked"))
    lapses_at = models.DateTimeField(_("lapses"))
    state = models.CharField(
        _("state"), max_length=9, choices=ApprovalState, default=ApprovalState.WAITING
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        permissions = [("decide_approval", _("Can approve and refuse what others ask for"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="WAITING", decided_at=None)
                | (~Q(state="WAITING") & Q(decided_at__isnull=False)),
                name="identity_approval_decided_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["APPROVED", "REFUSED"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="identity_approval_is_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lapses_at", "id"],
                condition=Q(state="WAITING"),
                name="identity_approval_waiting",
            ),
            models.Index(fields=["decided_by", "decided_at"], name="identity_approval_by_decider"),
        ]

    def __str__(self) -> str:
        return self.public_id
