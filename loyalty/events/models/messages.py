from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MessageKind(models.TextChoices):
    """What members are written about. What each one says is known above."""

    WELCOME = "WELCOME", _("welcome")
    EXPIRY_30 = "EXPIRY_30", _("points expire in 30 days")
    EXPIRY_7 = "EXPIRY_7", _("points expire in 7 days")
    TIER_UP = "TIER_UP", _("tier reached")
    TIER_AT_RISK = "TIER_AT_RISK", _("tier at risk")
    REWARD_READY = "REWARD_READY", _("reward within reach")
    CONTACT_CHANGED = "CONTACT_CHANGED", _("contact details changed")
    ERASURE_ASKED = "ERASURE_ASKED", _("erasure asked for")
    ERASURE_UNDONE = "ERASURE_UNDONE", _("erasure undone")
    HOUSEHOLD_INVITED = "HOUSEHOLD_INVITED", _("invitation to a household")
    CASE_ANSWERED = "CASE_ANSWERED", _("answer to a request")
    SURVEY = "SURVEY", _("survey")


class MessageState(models.TextChoices):
    WAITING = "WAITING", _("waiting")
    SENDING = "SENDING", _("being sent")
    SENT = "SENT", _("sent")
    SKIPPED = "SKIPPED", _("left out")
    FAILED = "FAILED", _("failed")


class MessageReason(models.TextChoices):
    """Why a message was left out, or given up."""

    NO_CONSENT = "NO_CONSENT", _("no consent in force")
    OBJECTED = "OBJECTED", _("the member objected to surveys")
    NO_ADDRESS = "NO_ADDRESS", _("no e-mail address")
    NOT_ACTIVE = "NOT_ACTIVE", _("the member is blocked, has left or was erased")
    OVERTAKEN = "OVERTAKEN", _("no longer true when it was to be sent")
    INTERRUPTED = "INTERRUPTED", _("cut off while it was sent; perhaps it arrived")
    REFUSED = "REFUSED", _("the address was refused")
    TOO_LATE = "TOO_LATE", _("it could not be sent in three days")


OPEN_STATES = (MessageState.WAITING, MessageState.SENDING)


class MessageQuerySet(models.QuerySet["Message"]):
    def for_recipient(self, recipient: str) -> Self:
        """Return what was, or will be, written to one member, by opaque id, newest first."""
        return self.filter(recipient=recipient).order_by("-created_at", "-pk")

    def due(self, *, at: datetime) -> Self:
        """Return what is to be sent, and what a sender died over."""
        return self.filter(state__in=OPEN_STATES, due_at__lte=at)

    def failed(self) -> Self:
        """Return what was given up and waits for a person."""
        return self.filter(state=MessageState.FAILED)


class Message(models.Model):
    """One e-mail to a member: that it is owed, and how it ended. Never what it said.

    `recipient` is an opaque id: the address, the name and the language are read when it is
    sent. `facts` holds ids, days and figures. `key` says what it is about: the same thing is
    written about once. WAITING, `due_at` is the next try or the end of a sender's lease;
    SENDING, it is being handed over, and after `due_at` nobody knows whether it was.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True)
    key = models.CharField(_("key"), max_length=120, unique=True)
    recipient = models.CharField(_("member"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind)
    facts = models.JSONField(_("content"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=7, choices=MessageState, default=MessageState.WAITING
    )
    reason = models.CharField(_("reason"), max_length=20, choices=MessageReason, blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"))
    give_up_at = models.DateTimeField(_("given up at"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="SENT", sent_at__isnull=False)
                | (~Q(state="SENT") & Q(sent_at=None)),
                name="events_message_sent_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="SKIPPED") | ~Q(reason=""),
                name="events_message_is_left_out_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state__in=["WAITING", "SENDING"]),
                name="events_message_due",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(state="FAILED"),
                name="events_message_failed",
            ),
            models.Index(fields=["recipient", "-created_at"], name="events_message_of_recipient"),
            models.Index(fields=["created_at"], name="events_message_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
