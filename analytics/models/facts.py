"""Facts: what purchases and points add up to, kept so that no page counts them again.

Only `counting.py` writes facts. They can all be thrown away and counted anew.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.identity.models import Traced
from loyalty.ledger.models import Account, Bucket, Kind, Wallet
from loyalty.programmes.models import Store
from members.models import Member


class MemberFact(models.Model):
    """All purchases of one member, up to the last refresh. Days are business days.

    Revenue is net: what was returned has been taken off, on the day of the return.
    """

    member = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("member")
    )
    first_at = models.DateTimeField(_("first receipt"))
    last_at = models.DateTimeField(_("last receipt"))
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    first_month = models.DateField(_("cohort"))
    receipts = models.BigIntegerField(_("receipts"))
    revenue_cents = models.BigIntegerField(_("revenue (cents)"))
    first_day_cents = models.BigIntegerField(_("bought on the first day (cents)"), default=0)
    returned_cents = models.BigIntegerField(_("returned (cents)"), default=0)
    days = models.IntegerField(_("distinct days"))

    class Meta:
        verbose_name = _("member's purchases")
        verbose_name_plural = _("members' purchases")
        indexes = [
            models.Index(fields=["first_on"], name="analytics_member_by_first_day"),
            models.Index(fields=["last_on"], name="analytics_member_by_last_day"),
            models.Index(fields=["-revenue_cents", "member"], name="analytics_member_by_worth"),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"


class MemberMonth(models.Model):
    """Purchases of one member in one calendar month, in one store, through one channel.

    `days` holds a bit for each business day with a receipt: bit 0 is the first of the month.
    Distinct days, the gaps between them, and who bought in part of a month all follow from
    it, for one store or for several together. A month with returns alone has no days.
    """

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="+", verbose_name=_("member"), db_index=False
    )
    month = models.DateField(_("month"))
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, related_name="+", verbose_name=_("store"),
        db_index=False,
    )  # fmt: skip
    channel = models.CharField(_("channel"), max_length=20)
    receipts = models.BigIntegerField(_("receipts"))
    revenue_cents = models.BigIntegerField(_("revenue (cents)"))
    returned_cents = models.BigIntegerField(_("returned (cents)"), default=0)
    first_on = models.DateField(_("first day"), null=True)
    last_on = models.DateField(_("last day"), null=True)
    days = models.IntegerField(_("days, as bits"))

    class Meta:
        verbose_name = _("member's month")
        verbose_name_plural = _("members' months")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "month", "store", "channel"],
                condition=Q(store__isnull=False),
                name="analytics_month_is_counted_once",
            ),
            models.UniqueConstraint(
                fields=["member", "month", "channel"],
                condition=Q(store=None),
                name="analytics_storeless_month_is_counted_once",
            ),
        ]
        indexes = [
            models.Index(fields=["month", "member"], name="analytics_month_by_month"),
        ]

    def __str__(self) -> str:
        return f"member {self.member_id} {self.month:%Y-%m}"


class StoreDay(models.Model):
    """Receipts of one store and channel on one business day, those without a member included."""

    store = models.ForeignKey(
        Store, models.PROTECT, null=True, related_name="+", verbose_name=_("store")
    )
    channel = models.CharField(_("channel"), max_length=20)
    day = models.DateField(_("business day"))
    receipts = models.BigIntegerField(_("receipts"))
    revenue_cents = models.BigIntegerField(_("revenue (cents)"))
    returned_cents = models.BigIntegerField(_("returned (cents)"), default=0)
    member_receipts = models.BigIntegerField(_("receipts of members"))
    member_revenue_cents = models.BigIntegerField(_("revenue of members (cents)"))

    class Meta:
        verbose_name = _("store's day")
        verbose_name_plural = _("stores' days")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "store", "channel"],
                condition=Q(store__isnull=False),
                name="analytics_store_day_is_counted_once",
            ),
            models.UniqueConstraint(
                fields=["day", "channel"],
                condition=Q(store=None),
                name="analytics_storeless_day_is_counted_once",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="analytics_store_day_by_day")]

    def __str__(self) -> str:
        return f"store {self.store_id} {self.day}"


class PointsDay(models.Model):
    """Points of a wallet that entries of one kind moved between two buckets on one day.

    What falls due at the instant a day ends belongs to that day; what people do then, to the
    next: as `balances.get_totals` counts.
    """

    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet"), db_index=False
    )
    day = models.DateField(_("business day"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    source = models.CharField(_("from"), max_length=9, choices=Bucket)
    destination = models.CharField(_("to"), max_length=9, choices=Bucket)
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("day's points")
        verbose_name_plural = _("days' points")
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "day", "kind", "source", "destination"],
                name="analytics_points_day_is_counted_once",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="analytics_points_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class PointsMonth(models.Model):
    """On which days of one calendar month a member earned and redeemed in one account, as bits.

    In an account that several share, whoever of them did it. What happened to a membership that
    was merged since stays with it: whose it is now is read of the survivors.
    """

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="+", verbose_name=_("account"), db_index=False
    )
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet"), db_index=False
    )
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="+", verbose_name=_("member"), db_index=False
    )
    month = models.DateField(_("month"))
    earned_on = models.DateField(_("first day of earning"), null=True)
    earned_days = models.IntegerField(_("days of earning, as bits"))
    redeemed_on = models.DateField(_("first day of redeeming"), null=True)
    redeemed_days = models.IntegerField(_("days of redeeming, as bits"))
    redemptions = models.BigIntegerField(_("redemptions"))

    class Meta:
        verbose_name = _("member's month of points")
        verbose_name_plural = _("members' months of points")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "month", "member"],
                name="analytics_points_month_is_counted_once",
            ),
        ]
        indexes = [
            models.Index(fields=["month", "member"], name="analytics_points_by_month"),
            models.Index(fields=["member"], name="analytics_points_by_member"),
        ]

    def __str__(self) -> str:
        return f"member {self.member_id} {self.month:%Y-%m}"


class MeasureSettings(models.Model):
    """What the merchant decides about measures. Without the one row, its defaults hold."""

    lost_after_days = models.PositiveSmallIntegerField(
        _("lost after (days)"), default=180,
        help_text=_("A member is lost when the last receipt is older than this."),
    )  # fmt: skip
    rfm_scoring = models.CharField(
        _("RFM scores"), max_length=9, default="NTILE",
        choices=[("NTILE", _("five groups of equal size")), ("THRESHOLD", _("by thresholds"))],
    )  # fmt: skip
    pair_support_percent = models.PositiveSmallIntegerField(
        _("least support of pairs (%)"), default=1,
        help_text=_("Two categories are a pair when at least this share of buyers bought both."),
    )  # fmt: skip
    least_answers = models.PositiveSmallIntegerField(
        _("fewest answers to a survey"), default=5,
        help_text=_("Of fewer, no score is shown: they would say more of persons than of us."),
    )  # fmt: skip

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("settings of measures")
        verbose_name_plural = _("settings of measures")
        permissions = [("view_measures", _("Can see measures"))]
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="analytics_settings_are_the_only_ones"),
            models.CheckConstraint(
                condition=Q(lost_after_days__gte=1), name="analytics_lost_takes_a_day_or_more"
            ),
            models.CheckConstraint(
                condition=Q(pair_support_percent__range=(1, 100)),
                name="analytics_pairs_are_bought_by_somebody",
                violation_error_message=_("From 1 to 100."),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
