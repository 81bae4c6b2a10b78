from datetime import datetime, time
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.identity.models import User
from loyalty.programmes.models import Store
from members.models.people import Member

SUBJECT_LONGEST = 120
TEXT_LONGEST = 4_000


class CaseKind(models.TextChoices):
    QUESTION = "QUESTION", pgettext_lazy("case", "question")
    COMPLAINT = "COMPLAINT", pgettext_lazy("case", "complaint")
    CLAIM = "CLAIM", pgettext_lazy("case", "missing points")
    FEEDBACK = "FEEDBACK", pgettext_lazy("case", "answer to a survey")


class CaseState(models.TextChoices):
    """OPEN waits for us, WAITING for the member."""

    OPEN = "OPEN", pgettext_lazy("case", "to be answered")
    WAITING = "WAITING", pgettext_lazy("case", "waiting for the member")
    RESOLVED = "RESOLVED", pgettext_lazy("case", "resolved")


class Side(models.TextChoices):
    MEMBER = "MEMBER", pgettext_lazy("case", "the member")
    STAFF = "STAFF", pgettext_lazy("case", "us")


class CaseQuerySet(models.QuerySet["Case"]):
    def unresolved(self) -> Self:
        return self.exclude(state=CaseState.RESOLVED)

    def late(self, *, at: datetime) -> Self:
        """Return those that wait for us longer than they may."""
        return self.filter(state=CaseState.OPEN, due_at__lt=at)

    def of_owner(self, user: User) -> Self:
        return self.filter(owner=user)

    def with_people(self) -> Self:
        """Load whose they are, who looks after them, and where."""
        return self.select_related("member", "owner", "store")


class Case(models.Model):
    """Something that a member asked or complained about, until it is resolved.

    `version` counts what was done to it: whoever acts says which they saw. Minutes are those of
    the working hours as they were set at the moment. What was said of it is forgotten with the
    member, or after three years; that there was a case stays.
    """

    moves_with_member = True

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="cases", verbose_name=_("member")
    )
    kind = models.CharField(_("kind"), max_length=9, choices=CaseKind)
    subject = models.CharField(_("subject"), max_length=SUBJECT_LONGEST, blank=True)
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("store")
    )
    source = models.CharField(_("came by"), max_length=60, blank=True)
    key = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=CaseState, default=CaseState.OPEN)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("looked after by"),
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"))
    first_answered_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    answer_minutes = models.PositiveIntegerField(
        _("working minutes to the first answer"), null=True, blank=True
    )
    first_resolved_at = models.DateTimeField(_("first resolved"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolution_minutes = models.PositiveIntegerField(
        _("working minutes to the end"), null=True, blank=True
    )
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("case", "request")
        verbose_name_plural = pgettext_lazy("case", "requests")
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="RESOLVED") & Q(resolved_at__isnull=False))
                | (~Q(state="RESOLVED") & Q(resolved_at=None) & Q(resolution_minutes=None)),
                name="members_case_is_resolved_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(first_answered_at=None) | Q(answer_minutes__isnull=False),
                name="members_case_is_answered_after_a_while",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("opened_at")), name="members_case_is_due_once_open"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="OPEN"), name="members_case_due"
            ),
            models.Index(
                fields=["id"], condition=~Q(state="RESOLVED"), name="members_case_unresolved"
            ),
            models.Index(fields=["opened_at"], name="members_case_opened"),
            models.Index(
                fields=["first_answered_at"],
                condition=Q(first_answered_at__isnull=False),
                name="members_case_answered",
            ),
            models.Index(
                fields=["first_resolved_at"],
                condition=Q(first_resolved_at__isnull=False),
                name="members_case_first_resolved",
            ),
            models.Index(
                fields=["resolved_at"],
                condition=Q(resolved_at__isnull=False),
                name="members_case_resolved",
            ),
            models.Index(
                fields=["resolved_at"],
                condition=Q(resolved_at__isnull=False) & ~Q(subject=""),
                name="members_case_to_forget",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    # Queries

    def facts(self) -> dict[str, str]:
        """Return what events tell of it: ids and words of ours, and nothing that was written."""
        return {"case": self.public_id, "member": self.member.public_id, "kind": self.kind}

    # Properties

    @property
    def is_forgotten(self) -> bool:
        """Say whether what was said is gone: whatever was opened had a subject."""
        return not self.subject


class CaseMessage(models.Model):
    """What a member or we wrote in a case, which both read. Never edited."""

    case = models.ForeignKey(
        Case,
        models.PROTECT,
        related_name="messages",
        verbose_name=pgettext_lazy("case", "request"),
    )
    side = models.CharField(_("written by"), max_length=6, choices=Side)
    text = models.CharField(_("message"), max_length=TEXT_LONGEST)
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("colleague"), db_index=False,
    )  # fmt: skip
    key = models.CharField(max_length=64, unique=True, editable=False)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = pgettext_lazy("case", "message of a request")
        verbose_name_plural = pgettext_lazy("case", "messages of requests")

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d}"


class CaseNote(models.Model):
    """What colleagues tell one another about a case. Members read it in their data alone."""

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="notes", verbose_name=pgettext_lazy("case", "request")
    )
    text = models.CharField(_("note"), max_length=TEXT_LONGEST)
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("written by"), db_index=False,
    )  # fmt: skip
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = pgettext_lazy("case", "note on a request")
        verbose_name_plural = pgettext_lazy("case", "notes on requests")

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d}"


class CaseSettings(models.Model):
    """When requests are answered, and within how long. Without the one row, its defaults hold."""

    weekdays = models.CharField(
        _("days of the week"), max_length=7, default="12345",
        help_text=_("Their numbers: 1 is Monday, 7 is Sunday. 12345 is Monday to Friday."),
    )  # fmt: skip
    opens_at = models.TimeField(_("from"), default=time(9))
    closes_at = models.TimeField(
        _("until"), default=time(18), help_text=_("00:00 is midnight, at the end of the day.")
    )
    answer_hours = models.PositiveSmallIntegerField(
        _("answered within (working hours)"), default=18
    )
    holidays = models.TextField(
        _("closed on"), blank=True, help_text=_("One day a line, as 2026-12-25.")
    )

    class Meta:
        verbose_name = pgettext_lazy("case", "settings of requests")
        verbose_name_plural = pgettext_lazy("case", "settings of requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="members_case_settings_are_the_only_ones"
            ),
            models.CheckConstraint(
                condition=~Q(weekdays=""), name="members_case_settings_open_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")) | Q(closes_at=time(0)),
                name="members_case_settings_close_after_they_open",
            ),
            models.CheckConstraint(
                condition=Q(answer_hours__gte=1), name="members_case_settings_give_an_hour"
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
