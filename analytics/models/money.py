"""What the programme costs besides its rewards, what was planned, and where points are booked."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.identity.models import Traced, User


class CostCategory(models.TextChoices):
    """What money is spent on: one list for what is entered and for what is planned."""

    ACQUISITION = "ACQUISITION", _("finding members")
    PROMOTION = "PROMOTION", _("marketing and promotion")
    REWARDS = "REWARDS", _("rewards")
    SERVICE = "SERVICE", _("customer service")
    STAFF = "STAFF", _("staff")
    TECHNOLOGY = "TECHNOLOGY", _("platform and technology")
    MAINTENANCE = "MAINTENANCE", _("maintenance")


class Cost(models.Model):
    """Money spent on the programme on a day, or evenly over some days, both ends included.

    What rewards cost is counted from what was given, and is not entered again.
    """

    category = models.CharField(
        _("category"), max_length=11, choices=CostCategory,
        help_text=_(
            "What rewards cost is counted from what was given. Under rewards, enter only what"
            " comes on top: postage, wrapping."
        ),
    )  # fmt: skip
    amount_cents = models.BigIntegerField(_("amount"))
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(
        _("last day"),
        help_text=_("The same day, or the last of those that the amount is spread over evenly."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("entered by"),
    )  # fmt: skip
    entered_at = models.DateTimeField(_("entered"), editable=False)

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("cost of the programme")
        verbose_name_plural = _("costs of the programme")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0),
                name="analytics_cost_costs_something",
                violation_error_message=_("A cost is more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")),
                name="analytics_cost_ends_after_it_begins",
                violation_error_message=_("The last day is not before the first."),
            ),
        ]
        indexes = [models.Index(fields=["first_on", "last_on"], name="analytics_cost_by_day")]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.first_on}"


class Budget(models.Model):
    """What one category may cost in one calendar year."""

    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1900), MaxValueValidator(2999)]
    )
    category = models.CharField(_("category"), max_length=11, choices=CostCategory)
    planned_cents = models.BigIntegerField(_("planned"))

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("budget of a year")
        verbose_name_plural = _("budgets of a year")
        constraints = [
            models.UniqueConstraint(
                fields=["year", "category"],
                name="analytics_budget_is_one_per_year_and_category",
                violation_error_message=_("This category has a budget for this year already."),
            ),
            models.CheckConstraint(
                condition=Q(planned_cents__gte=0),
                name="analytics_budget_is_not_negative",
                violation_error_message=_("A budget is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.year}"


class MoneySettings(models.Model):
    """What is earned on sales, and in which accounts points are booked.

    Without the one row, its defaults hold.

    The defaults are those of the French chart of accounts.
    """

    margin_percent = models.PositiveSmallIntegerField(
        _("margin on sales (percent)"), null=True, blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "What is left of an amount sold, before the programme's costs. The return on the"
            " programme needs it."
        ),
    )  # fmt: skip
    deferred_account = models.CharField(
        _("account of deferred revenue"), max_length=20, default="487",
        validators=[RegexValidator(r"^[0-9A-Za-z.\-]+$")],
        help_text=_("What members are owed in points lies here."),
    )  # fmt: skip
    sales_account = models.CharField(
        _("account of sales"), max_length=20, default="707",
        validators=[RegexValidator(r"^[0-9A-Za-z.\-]+$")],
        help_text=_("Points issued come out of it, points redeemed go back to it."),
    )  # fmt: skip
    breakage_account = models.CharField(
        _("account of points that lapse"), max_length=20, default="708",
        validators=[RegexValidator(r"^[0-9A-Za-z.\-]+$")],
        help_text=_("Points that expired, and what is expected never to be asked for."),
    )  # fmt: skip

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("settings of costs and accounts")
        verbose_name_plural = _("settings of costs and accounts")
        permissions = [("view_journal", _("Can take the accounting journal"))]
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="analytics_accounts_are_the_only_ones"),
            models.CheckConstraint(
                condition=Q(margin_percent=None) | Q(margin_percent__lte=100),
                name="analytics_margin_is_part_of_a_sale",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
