from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Wallet(models.Model):
    """A kind of value that accounts hold, by code: points, stamps, status credits."""

    code = models.SlugField(_("code"), max_length=30, unique=True)

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")

    def __str__(self) -> str:
        return self.code


class Holder(models.Model):
    """Somebody who can own points. A member or a household points down to it."""

    opened_at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name = _("holder")
        verbose_name_plural = _("holders")

    def __str__(self) -> str:
        return f"holder {self.pk}"


class Account(models.Model):
    """One holder's points in one wallet, by bucket.

    issued + debt = pending + available + held + redeemed + expired + removed. The balance
    shown is available − debt. `next_event_at` is a lower bound of the next activation,
    expiry or lapse: while it is in the future the buckets are exact.

    A merged account earns and spends no more; what comes back to it goes on to the one it was
    `merged_into`. A closed one moves nothing any more.

    At `inactive_at` every lot dies that has not died before. It is what was asked for, like the
    date of a lot, and cannot be made again from the movements.
    """

    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="accounts", db_index=False, verbose_name=_("holder")
    )  # the unique constraint begins with it
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="+", db_index=False, verbose_name=_("wallet")
    )
    issued = models.BigIntegerField(_("issued"), default=0)
    pending = models.BigIntegerField(_("pending"), default=0)
    available = models.BigIntegerField(_("available"), default=0)
    held = models.BigIntegerField(_("reserved"), default=0)
    redeemed = models.BigIntegerField(_("redeemed"), default=0)
    expired = models.BigIntegerField(_("expired"), default=0)
    removed = models.BigIntegerField(_("removed"), default=0)
    debt = models.BigIntegerField(_("points owed"), default=0)
    entry_seq = models.BigIntegerField(_("last entry"), default=0)
    lot_seq = models.BigIntegerField(_("last lot"), default=0)
    next_event_at = models.DateTimeField(_("next due date"), null=True, blank=True)
    inactive_at = models.DateTimeField(_("ends without activity on"), null=True, blank=True)
    last_at = models.DateTimeField(_("last entry on"), null=True, blank=True)
    last_hash = models.CharField(_("seal of the last entry"), max_length=64, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("merged into"),
    )
    closed_at = models.DateTimeField(_("account closed"), null=True, blank=True)

    # Set by `posting.lock`: this object is the locked row as it is now.
    proof: object | None = None

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "wallet"], name="ledger_account_one_per_holder_and_wallet"
            ),
            models.CheckConstraint(
                condition=Q(
                    issued__gte=0,
                    pending__gte=0,
                    available__gte=0,
                    held__gte=0,
                    redeemed__gte=0,
                    expired__gte=0,
                    removed__gte=0,
                    debt__gte=0,
                ),
                name="ledger_account_no_bucket_is_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    issued=F("pending")
                    + F("available")
                    + F("held")
                    + F("redeemed")
                    + F("expired")
                    + F("removed")
                    - F("debt")
                ),
                name="ledger_account_conserves_points",
            ),
            models.CheckConstraint(
                condition=Q(available=0) | Q(debt=0),
                name="ledger_account_repays_before_it_offers",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_event_at", "id"],
                condition=Q(next_event_at__isnull=False),
                name="ledger_account_due",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"
