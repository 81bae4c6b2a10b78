from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.identity.models import Traced
from loyalty.programmes.models import Store

# So long may an endpoint fail before it is switched off.
PATIENCE = timedelta(days=3)


class OffReason(models.TextChoices):
    """Why an endpoint was switched off by us, and not by a person."""

    GONE = "GONE", _("it answered that it is gone for good (410)")
    FAILING = "FAILING", _("it failed for three days")


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_due(self, *, at: datetime) -> Self:
        """Return those that something is to be sent to."""
        due = Delivery.objects.due(at=at).filter(endpoint=OuterRef("pk"))
        return self.active().filter(Exists(due))

    def in_trouble(self) -> Self:
        """Return those that a person should look at: they fail, or were switched off by us."""
        is_failing = Q(is_active=True, failing_since__isnull=False)
        return self.filter(is_failing | ~Q(off_reason=""))


class Endpoint(models.Model):
    """An address of somebody else's that hears of what happens here, signed with its secret.

    It hears of the events that were chosen, of one store or of the whole programme. While a
    secret is replaced, both sign until `old_secret_until`. Secrets are kept sealed.
    """

    public_id = models.CharField(_("identifier"), max_length=40, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, verbose_name=_("store"), related_name="+"
    )
    is_active = models.BooleanField(_("active"), default=True)
    secret = models.CharField(max_length=300, editable=False)
    old_secret = models.CharField(max_length=300, blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    off_reason = models.CharField(
        _("switched off because"), max_length=10, choices=OffReason, blank=True, editable=False
    )
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)

    objects = EndpointQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[Traced],
        excluded_fields=["secret", "old_secret", "old_secret_until", "failing_since"],
    )

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(off_reason=""),
                name="webhooks_endpoint_is_off_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    WAITING = "WAITING", _("waiting")
    DELIVERED = "DELIVERED", _("delivered")
    FAILED = "FAILED", _("failed")


class Trouble(models.TextChoices):
    """What went wrong at the last try, or why there will be no other."""

    NO_ADDRESS = "NO_ADDRESS", _("its name leads nowhere")
    NOT_PUBLIC = "NOT_PUBLIC", _("its name leads to an address that is not public")
    NO_CONNECTION = "NO_CONNECTION", _("nobody answers at its address")
    NOT_SECURE = "NOT_SECURE", _("its certificate is not good")
    TIMEOUT = "TIMEOUT", _("no answer within 15 seconds")
    NO_ANSWER = "NO_ANSWER", _("what it answered is not HTTP")
    REDIRECT = "REDIRECT", _("it leads elsewhere, and redirects are not followed")
    STATUS = "STATUS", _("it did not accept it")
    NO_SECRET = "NO_SECRET", _("its secret cannot be read: give it a new one")
    SWITCHED_OFF = "SWITCHED_OFF", _("the webhook was switched off")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, *, at: datetime) -> Self:
        return self.filter(state=DeliveryState.WAITING, due_at__lte=at)

    def over(self) -> Self:
        """Return what is no longer tried: it arrived, or was given up."""
        return self.exclude(state=DeliveryState.WAITING)


class Delivery(models.Model):
    """One event for one endpoint: that it is owed, what is sent, and how it went.

    `event` is the id of what happened, and the same at every try: receivers tell repeats by it.
    The body holds ids and figures. WAITING, `due_at` is the next try, or while a sender holds
    the row, the end of its lease.
    """

    endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, related_name="deliveries", db_index=False,
        verbose_name=_("webhook"),
    )  # fmt: skip
    event = models.CharField(_("identifier"), max_length=40)
    name = models.CharField(_("event"), max_length=60)
    body = models.TextField(_("content"))
    state = models.CharField(
        _("state"), max_length=9, choices=DeliveryState, default=DeliveryState.WAITING
    )
    occurred_at = models.DateTimeField(_("date and time"))
    due_at = models.DateTimeField(_("next try"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("last try"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    took_ms = models.PositiveIntegerField(_("took (ms)"), null=True, blank=True)
    trouble = models.CharField(_("what went wrong"), max_length=13, choices=Trouble, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event"], name="webhooks_delivery_is_one_per_event"
            ),
            models.CheckConstraint(
                condition=~Q(state="DELIVERED") | Q(tried_at__isnull=False),
                name="webhooks_delivery_arrived_when_tried",
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at", "id"],
                condition=Q(state="WAITING"),
                name="webhooks_delivery_due",
            ),
            models.Index(fields=["endpoint", "occurred_at"], name="webhooks_delivery_of_endpoint"),
            models.Index(fields=["occurred_at"], name="webhooks_delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.event}"

    # Properties

    @property
    def next_try_at(self) -> datetime | None:
        """When it is tried next; nothing where it arrived or was given up."""
        return self.due_at if self.state == DeliveryState.WAITING else None
