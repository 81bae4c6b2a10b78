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


class Entry(models.Model):
    """One thing that happened to an account: number n of its book. Never edited.

    `points` are those it moved, signed for display: what is given, woken or returned is
    positive, what is spent, expired or repaid negative. Balances are those after it, in the
    order of booking. `occurred_at` says when it took effect; `recorded_at` when it was
    written down.
    `hash` = SHA-256 over its content, its movements and the hash before it.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="entries", db_index=False, verbose_name=_("account")
    )  # the unique constraints begin with it
    number = models.BigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    points = models.BigIntegerField(_("points"))
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="children",
        db_index=False,
        verbose_name=_("follows from"),
    )
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    key = models.CharField(_("key"), max_length=64, null=True)  # noqa: DJ001 (absent is not empty)
    request_hash = models.CharField(_("seal of the request"), max_length=64, blank=True)
    actor = models.CharField(_("actor"), max_length=60, blank=True)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    occurred_at = models.DateTimeField(_("took effect"))
    recorded_at = models.DateTimeField(_("recorded"))
    pending_after = models.BigIntegerField(_("pending afterwards"))
    available_after = models.BigIntegerField(_("balance after"))
    held_after = models.BigIntegerField(_("reserved afterwards"))
    debt_after = models.BigIntegerField(_("owed afterwards"))
    previous_hash = models.CharField(_("seal of the entry before"), max_length=64, blank=True)
    hash = models.CharField(_("seal"), max_length=64)
    # Said by few entries: what two of a transfer share; what was asked for and not moved,
    # since it had expired unused, or since there was nobody to take it from or give it to.
    transfer = models.CharField(_("transfer"), max_length=40, null=True)  # noqa: DJ001 (absent is not empty)
    forgiven = models.BigIntegerField(_("debt forgiven"), null=True)
    waived = models.BigIntegerField(_("points not taken back"), null=True)

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
            models.Index(
                fields=["transfer"],
                condition=Q(transfer__isnull=False),
                name="ledger_entry_by_transfer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points:+d}"


class Lot(models.Model):
    """Points earned together that become available, and expire, together.

    `number` counts the account's lots. `earned_at` survives transfers and graces. A lot is
    usable from `available_at` until just before `expires_at` (`NEVER` when it does not end).
    What came from another lot says which: that of a transfer, or the dead one a grace follows.
    What waits for an event says for which, from when it is too late, and, in the words of
    whoever gave it, how long it will live; its dates are `AWAY` and `NEVER` until then.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="lots", db_index=False, verbose_name=_("account")
    )
    number = models.BigIntegerField(_("number"))
    origin = models.ForeignKey(
        Entry,
        models.PROTECT,
        related_name="lots",
        db_index=False,
        verbose_name=_("earned by entry"),
    )
    rule_version = models.BigIntegerField(_("rule version"), null=True)
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
    came_account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("came from account"),
    )
    came_number = models.BigIntegerField(_("came from lot"), null=True)
    waits_for = models.CharField(_("waits for the event"), max_length=40, null=True)  # noqa: DJ001 (absent is not empty)
    cancels_at = models.DateTimeField(_("cancelled without it"), null=True)
    life = models.CharField(_("lives after it"), max_length=200, null=True)  # noqa: DJ001 (absent is not empty)

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
            models.CheckConstraint(
                condition=Q(waits_for=None, cancels_at=None, life=None)
                | Q(waits_for__isnull=False, cancels_at__isnull=False, life__isnull=False),
                name="ledger_lot_waits_until_some_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "expires_at", "number"],
                condition=Q(remaining__gt=0),
                name="ledger_lot_open",
            ),
            models.Index(
                fields=["came_account", "came_number"],
                condition=Q(came_number__isnull=False),
                name="ledger_lot_by_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"lot {self.number}"


class Movement(models.Model):
    """Points of one lot that went from one bucket to another, once. Never edited.

    The lot is absent only where points owed are written or repaid from no lot.
    """

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="movements", verbose_name=_("entry")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_index=False, verbose_name=_("account")
    )
    lot = models.ForeignKey(
        Lot, models.PROTECT, null=True, related_name="movements", verbose_name=_("lot")
    )
    source = models.CharField(_("taken from"), max_length=9, choices=Bucket)
    destination = models.CharField(_("put into"), max_length=9, choices=Bucket)
    points = models.BigIntegerField(_("points"))

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
