from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.models import Store, Tier
from members.models.people import Member


class Purchase(models.Model):
    """One sale, with a member or anonymous. Amounts are cents of the programme's currency.

    `award` is the breakdown as it was given and `facts` what it was computed from: the rule
    versions, the tier and the counters of its moment. They explain it years later.
    `returned_cents` is how much of the total was given back since.
    """

    moves_with_member = True

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="purchases",
        verbose_name=_("member"), db_index=False,
    )  # fmt: skip
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("store")
    )
    client = models.CharField(max_length=40, blank=True)
    till = models.CharField(_("till"), max_length=40, blank=True)
    channel = models.CharField(_("channel"), max_length=20, default="store")
    receipt = models.CharField(_("receipt"), max_length=80, blank=True)
    key = models.CharField(max_length=64, unique=True, editable=False)
    occurred_at = models.DateTimeField(_("moment"))
    business_on = models.DateField(_("business day"))
    recorded_at = models.DateTimeField(_("recorded"))
    total_cents = models.BigIntegerField(_("total (cents)"))
    returned_cents = models.BigIntegerField(_("returned (cents)"), default=0)
    tax_cents = models.BigIntegerField(_("tax in it (cents)"), default=0)
    points = models.BigIntegerField(_("points awarded"), default=0)
    tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("tier at the time"),
    )  # fmt: skip
    award = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    payments = models.JSONField(default=list)
    is_historic = models.BooleanField(_("imported"), default=False)

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        constraints = [
            models.CheckConstraint(
                condition=Q(total_cents__gte=0), name="members_purchase_total_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(returned_cents__gte=0) & Q(returned_cents__lte=F("total_cents")),
                name="members_purchase_returns_no_more_than_it_sold",
            ),
            models.UniqueConstraint(
                fields=["store", "till", "business_on", "receipt"],
                condition=~Q(receipt="") & Q(store__isnull=False),
                name="members_purchase_receipt_is_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["till", "business_on", "receipt"],
                condition=~Q(receipt="") & Q(store=None),
                name="members_purchase_storeless_receipt_is_one_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["member", "occurred_at"],
                include=["total_cents", "business_on", "store", "returned_cents"],
                name="members_purchase_by_member",
            ),
            models.Index(
                fields=["business_on", "member"],
                include=["total_cents", "occurred_at", "store"],
                name="members_purchase_by_day",
            ),
            # Whoever claims a receipt types it as they like. On SQLite the day's index answers.
            models.Index(
                Upper("receipt"),
                F("business_on"),
                condition=Q(member=None) & ~Q(receipt=""),
                name="members_purchase_of_nobody",
            ),
            models.Index(
                Upper("receipt"),
                F("business_on"),
                condition=Q(member__isnull=False) & ~Q(receipt=""),
                name="members_purchase_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt or self.public_id


class PurchaseLine(models.Model):
    """One line of a receipt: what, how many, for how many cents."""

    purchase = models.ForeignKey(
        Purchase, models.PROTECT, related_name="lines", verbose_name=_("purchase")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    sku = models.CharField(_("SKU"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    category = models.CharField(_("category"), max_length=40, blank=True)
    brand = models.CharField(_("brand"), max_length=60, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=1)
    amount_cents = models.BigIntegerField(_("amount (cents)"))
    tax_cents = models.BigIntegerField(_("tax in it (cents)"), default=0)

    class Meta:
        verbose_name = _("purchase line")
        verbose_name_plural = _("purchase lines")
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "position"], name="members_line_positions_are_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.sku


class ImportRun(models.Model):
    """One file brought in: how far it is, and what was refused on which line."""

    kind = models.CharField(_("kind"), max_length=20)
    content_hash = models.CharField(max_length=64)
    started_at = models.DateTimeField(_("started"))
    staged_at = models.DateTimeField(_("read to its end"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lines_read = models.BigIntegerField(_("lines read"), default=0)
    last_line = models.BigIntegerField(default=0)
    added = models.BigIntegerField(_("added"), default=0)
    known = models.BigIntegerField(_("already known"), default=0)
    refused = models.BigIntegerField(_("refused"), default=0)
    errors = models.JSONField(_("refused lines"), default=list)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(
                fields=["kind", "content_hash"],
                condition=Q(finished_at=None),
                name="members_import_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M}"


class ImportRow(models.Model):
    """A line of a purchase file, staged until it is booked per member in order of time."""

    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="rows", verbose_name=_("import")
    )
    line = models.BigIntegerField(_("line"))
    member_reference = models.CharField(_("member"), max_length=80)
    occurred_at = models.DateTimeField(_("date and time"))
    content = models.JSONField(_("content"))
    key = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("staged line")
        verbose_name_plural = _("staged lines")
        constraints = [
            # Two who bring the same file in at once must not stage a line twice.
            models.UniqueConstraint(fields=["run", "line"], name="members_staged_lines_are_one"),
        ]
        indexes = [
            models.Index(
                fields=["run", "member_reference", "occurred_at", "line"],
                name="members_staged_order",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"
