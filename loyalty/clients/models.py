from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey

from loyalty.identity.models import User
from loyalty.programmes.models import Store


class Scope(models.TextChoices):
    """What a client may do."""

    MEMBERS_READ = "members:read", _("read members")
    MEMBERS_WRITE = "members:write", _("enrol members")
    PURCHASES_WRITE = "purchases:write", _("record purchases")
    POINTS_SPEND = "points:spend", _("spend points")
    REWARDS_WRITE = "rewards:write", _("redeem rewards")
    PROGRAMME_READ = "programme:read", _("read the programme")
    MEASURES_READ = "measures:read", _("read measures")


class Client(models.Model):
    """A till, a web shop or a partner. Without a store it may act for every store.

    `addresses` are the networks it may call from, as CIDR; none is anywhere. A limit that is
    not set is the installation's, or there is none.
    """

    public_id = models.CharField(_("identifier"), max_length=40, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, verbose_name=_("store"), related_name="+"
    )
    scopes = models.JSONField(_("scopes"), default=list)
    is_active = models.BooleanField(_("active"), default=True)
    addresses = models.JSONField(_("addresses"), default=list, blank=True)
    calls_a_minute = models.PositiveIntegerField(_("calls a minute"), null=True, blank=True)
    calls_a_day = models.PositiveIntegerField(_("calls a day"), null=True, blank=True)
    misses_allowed = models.PositiveIntegerField(
        _("misses in ten minutes"),
        null=True,
        blank=True,
        help_text=_("How often it may ask for a member or a voucher that does not exist."),
    )
    earned_a_day = models.PositiveIntegerField(_("points given a day"), null=True, blank=True)
    spent_a_day = models.PositiveIntegerField(_("points spent a day"), null=True, blank=True)
    is_web_till = models.BooleanField(_("web till"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        constraints = [
            models.UniqueConstraint(
                fields=["store"],
                condition=models.Q(is_web_till=True),
                name="clients_store_has_one_web_till",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClientKey(AbstractAPIKey):
    """A secret of a client: shown once, kept hashed, expiring, revocable at once."""

    client = models.ForeignKey(
        Client, models.PROTECT, related_name="keys", verbose_name=_("client")
    )

    class Meta(AbstractAPIKey.Meta):
        verbose_name = _("key")  # type: ignore[assignment]
        verbose_name_plural = _("keys")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.prefix


class Shift(models.Model):
    """Somebody of the staff at the web till of a store, until they leave. Its key ends with it."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("cashier"), editable=False
    )
    key = models.OneToOneField(
        ClientKey, models.PROTECT, related_name="shift", verbose_name=_("key"), editable=False
    )
    opened_at = models.DateTimeField(_("opened"), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    class Meta:
        verbose_name = _("shift at a web till")
        verbose_name_plural = _("shifts at web tills")
        permissions = [("open_till", _("Can sell at the web till"))]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(closed_at=None),
                name="clients_shift_is_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d %H:%M}"


class Answer(models.Model):
    """What a client was answered under one Idempotency-Key: given again, byte for byte.

    The row is the claim of the key and lives for ever; the body is kept 90 days. `subject`
    is the id of what was made, or the code of the refusal. Without a status it still runs.
    """

    client = models.ForeignKey(
        Client, models.PROTECT, related_name="answers", verbose_name=_("client")
    )
    key = models.CharField(_("key"), max_length=255)
    operation = models.CharField(_("call"), max_length=60)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    body = models.TextField(null=True)  # noqa: DJ001 (purged is not empty)
    headers = models.JSONField(default=dict)
    subject = models.CharField(_("about"), max_length=40, blank=True)
    answered_at = models.DateTimeField(_("answered"))

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="clients_answer_key_acts_once"),
        ]
        indexes = [
            models.Index(
                fields=["answered_at"],
                condition=models.Q(body__isnull=False),
                name="clients_answer_with_body",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.status or '…'}"


class Count(models.Model):
    """How often something happened in one window of time; the name says what, whose and when.

    Calls are counted here while Redis is away. Kept until the window has ended.
    """

    name = models.CharField(_("name"), max_length=80)
    number = models.PositiveBigIntegerField(_("number"))
    ends_at = models.DateTimeField(_("until"), db_index=True)

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="clients_count_is_named_once"),
        ]

    def __str__(self) -> str:
        return self.name
