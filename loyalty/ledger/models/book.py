from datetime import UTC, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models.accounts import Account

NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class Bucket(models.TextChoices):
    """Where points are. Each movement goes from one of these to another."""

    ISSUED = "issued", _("issued")
    PENDING = "pending", _("pending")
    AVAILABLE = "available", _("available")
    HELD = "held", _("reserved")
    REDEEMED = "redeemed", _("redeemed")
    EXPIRED = "expired", _("expired")
    REMOVED = "removed", _("removed")
    DEBT = "debt", _("points owed")


class Kind(models.TextChoices):
    """What an entry did."""

    EARN = "EARN", _("earned")
    ACTIVATE = "ACTIVATE", _("made available")
    REDEEM = "REDEEM", _("redeemed")
    REFUND = "REFUND", _("given back")
    EXPIRE = "EXPIRE", _("expired")
    ADJUST = "ADJUST", _("adjusted")
    REPAY = "REPAY", _("owed points repaid")
    HOLD = "HOLD", _("reserved")
    CAPTURE = "CAPTURE", _("reservation used")
    VOID = "VOID", _("reservation released")
    LAPSE = "LAPSE", _("reservation lapsed")
    CLAWBACK = "CLAWBACK", _("taken back")
    CANCEL = "CANCEL", _("pending points cancelled")
    TRANSFER_OUT = "TRANSFER_OUT", _("transferred out")
    TRANSFER_IN = "TRANSFER_IN", _("transferred in")
    CLOSE = "CLOSE", _("account closed")


class LotState(models.TextChoices):
    PENDING = "PENDING", _("pending")
    ACTIVE = "ACTIVE", _("active")


class HoldState(models.TextChoices):
    OPEN = "OPEN", _("open")
    CAPTURED = "CAPTURED", _("captured")
    VOIDED = "VOIDED", _("voided")
    LAPSED = "LAPSED", _("lapsed")


class Entry(models.Model):
    """One thing that happened to an account: number n of its book. Never edited.

    `points` are those it moved, signed for display: what is given, woken or returned is
    positive, what is spent, expired or repaid negative. Balances are those after it, in the
    order of booking. `occurred_at` says when it took effect; `recorded_at` when it was
    written down.
    `hash` = SHA-256 over its content, its movements and the hash before it.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="entries", db_index=False
    )  # the unique constraints begin with it
    number = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    points = models.BigIntegerField(_("points"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", db_index=False
    )
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    key = models.CharField(max_length=64, null=True)  # noqa: DJ001 (absent is not empty)
    request_hash = models.CharField(max_length=64, blank=True)
    actor = models.CharField(_("actor"), max_length=60, blank=True)
    on_behalf_of = models.CharField(max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    occurred_at = models.DateTimeField(_("took effect"))
    recorded_at = models.DateTimeField(_("recorded"))
    pending_after = models.BigIntegerField()
    available_after = models.BigIntegerField(_("balance after"))
    held_after = models.BigIntegerField()
    debt_after = models.BigIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"], name="ledger_entry_numbers_are_unique"
            ),
            models.UniqueConstraint(fields=["account", "key"], name="ledger_entry_key_acts_once"),
            models.UniqueConstraint(
                fields=["account", "reference"],
                condition=Q(kind="EARN") & ~Q(reference=""),
                name="ledger_entry_earns_once_per_reference",
            ),
        ]
        indexes = [
            models.Index(fields=["occurred_at"], name="ledger_entry_by_effect"),
            models.Index(
                fields=["parent"],
                condition=Q(parent__isnull=False),
                name="ledger_entry_by_parent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points:+d}"


class Lot(models.Model):
    """Points earned together that become available, and expire, together.

    `number` counts the account's lots. `earned_at` survives transfers and graces. A lot is
    usable from `available_at` until just before `expires_at` (`NEVER` when it does not end).
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="lots", db_index=False)
    number = models.BigIntegerField()
    origin = models.ForeignKey(Entry, models.PROTECT, related_name="lots", db_index=False)
    rule_version = models.BigIntegerField(null=True)
    earned_at = models.DateTimeField(_("earned"))
    original = models.BigIntegerField(_("points earned"))
    remaining = models.BigIntegerField(_("points left"))
    is_open = models.GeneratedField(
        expression=Q(remaining__gt=0),  # type: ignore[arg-type]  # the stubs forget Q
        output_field=models.BooleanField(),
        db_persist=True,
    )
    state = models.CharField(_("state"), max_length=7, choices=LotState)
    available_at = models.DateTimeField(_("available from"))
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"], name="ledger_lot_numbers_are_unique"
            ),
            models.CheckConstraint(
                condition=Q(remaining__gte=0) & Q(remaining__lte=F("original")),
                name="ledger_lot_never_holds_more_than_it_earned",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("available_at")), name="ledger_lot_lives_a_while"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "expires_at", "number"],
                condition=Q(remaining__gt=0),
                name="ledger_lot_open",
            ),
        ]

    def __str__(self) -> str:
        return f"lot {self.number}"


class Movement(models.Model):
    """Points of one lot that went from one bucket to another, once. Never edited.

    The lot is absent only where points owed are written or repaid from no lot.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="movements")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="movements")
    source = models.CharField(max_length=9, choices=Bucket)
    destination = models.CharField(max_length=9, choices=Bucket)
    points = models.BigIntegerField()

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gt=0), name="ledger_movement_moves_something"
            ),
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="ledger_movement_goes_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(
                    source__in=["issued", "debt", "pending", "available", "held", "redeemed"]
                )
                & Q(
                    destination__in=[
                        "pending",
                        "available",
                        "held",
                        "redeemed",
                        "expired",
                        "removed",
                        "debt",
                    ]
                ),
                name="ledger_movement_buckets_are_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} {self.source} → {self.destination}"


class Hold(models.Model):
    """Points set aside for a payment, until it is captured, voided or lapses."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="holds")
    public_id = models.CharField(max_length=40, unique=True)
    opening = models.ForeignKey(Entry, models.PROTECT, related_name="opened_holds")
    closing = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="closed_holds")
    points = models.BigIntegerField()
    captured = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=HoldState, default=HoldState.OPEN)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", closing=None)
                | (~Q(state="OPEN") & Q(closing__isnull=False)),
                name="ledger_hold_closes_once",
            ),
            models.CheckConstraint(
                condition=Q(points__gt=0, captured__gte=0, captured__lte=F("points")),
                name="ledger_hold_captures_no_more_than_it_holds",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
