from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core import ids
from loyalty.core.languages import in_language
from loyalty.identity.models import Traced
from loyalty.ledger.models import Wallet


def new_revision() -> str:
    """Return a value that no other change of the programme has had."""
    return ids.new("rev")


class Rounding(models.TextChoices):
    FLOOR = "FLOOR", _("down")
    HALF_UP = "HALF_UP", _("to the nearest, halves up")
    CEILING = "CEILING", _("up")


class Multipliers(models.TextChoices):
    """What happens when several multipliers cover the same line."""

    BEST = "BEST", _("only the best applies")
    ADD = "ADD", _("they add up")


class HouseholdRule(models.TextChoices):
    """What somebody takes along who leaves a household; none of them: there are no households."""

    NOTHING = "NOTHING", _("nothing: the points stay with the household")
    SHARE = "SHARE", _("what is left of the points that they brought and earned")


class SpendProof(models.TextChoices):
    """What shows at a till that it is the member who spends."""

    CARD = "CARD", _("the card, or whatever else finds the member")
    CODE = "CODE", _("the code that changes on the member's phone")


class Programme(models.Model):
    """The one programme of this installation.

    `revision` is a new value after every change of what the engine reads; each process keeps
    what it compiled until the value differs. Chance, not a count: a count that was rolled
    back and used again would let an old book pass for the new one.
    """

    name = models.CharField(_("name"), max_length=80)
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Paris")
    value_of_point = models.DecimalField(
        _("value of a point"), max_digits=10, decimal_places=4, default="0.0100",
        help_text=_("In the programme's currency. It values what the programme owes."),
    )  # fmt: skip
    rounding = models.CharField(
        _("rounding"), max_length=8, choices=Rounding, default=Rounding.FLOOR
    )
    multipliers = models.CharField(
        _("several multipliers"), max_length=4, choices=Multipliers, default=Multipliers.BEST
    )
    approval_above_points = models.PositiveBigIntegerField(
        _("a rule that may give more points is approved by a second person"),
        null=True, blank=True,
        help_text=_(
            "Its budget says how much it may give; without a budget there is no end to it. Empty:"
            " nobody is asked."
        ),
    )  # fmt: skip
    counts_tax = models.BooleanField(
        _("tax earns points"), default=True,
        help_text=_("Otherwise rules count amounts without the tax that tills tell."),
    )  # fmt: skip
    unearning_means = models.JSONField(
        _("means of payment that earn nothing"), default=list, blank=True,
        help_text=_(
            "What is paid by them, such as points or a gift card, is not counted: "
            "each line counts less, in proportion."
        ),
    )  # fmt: skip
    pay_share_percent = models.PositiveSmallIntegerField(
        _("points pay of a basket at most (percent)"), default=100,
        validators=[MaxValueValidator(100)], help_text=_("0: points pay for nothing at a till."),
    )  # fmt: skip
    pay_least_points = models.PositiveIntegerField(
        _("points at least"), default=1, validators=[MinValueValidator(1)]
    )
    pay_most_points = models.PositiveIntegerField(
        _("points at most"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("For one payment. Empty: as many as the basket takes."),
    )  # fmt: skip
    offline_points = models.PositiveIntegerField(
        _("points that a member may use in a day at tills without a network"), default=0,
        help_text=_(
            "What a till lets go without asking is taken once it is told, as far as it is "
            "there. 0: points are used online alone."
        ),
    )  # fmt: skip
    attach_days = models.PositiveSmallIntegerField(
        _("a purchase becomes a member's within so many days"), default=7,
        validators=[MaxValueValidator(365)],
        help_text=_("Of who shows the card after paying. 0: never."),
    )  # fmt: skip
    spend_proof = models.CharField(
        _("points are spent with"), max_length=4, choices=SpendProof, default=SpendProof.CARD,
        help_text=_("At a till. Earning takes the card alone, whatever is chosen here."),
    )  # fmt: skip
    household_rule = models.CharField(
        _("whoever leaves a household takes along"), max_length=7, choices=HouseholdRule,
        blank=True, default="",
        help_text=_(
            "Members of a household share their points. Without an answer there are no"
            " households. A change holds for those who join from then on."
        ),
    )  # fmt: skip
    household_size = models.PositiveSmallIntegerField(
        _("members of a household, at most"), default=6,
        validators=[MinValueValidator(2), MaxValueValidator(20)],
    )  # fmt: skip
    referral_days = models.PositiveSmallIntegerField(
        _("a friend's first purchase is so many days old"), null=True, blank=True,
        validators=[MaxValueValidator(365)],
        help_text=_(
            "Full days, without a return. Then both sides get what the rules say. Empty: members"
            " refer nobody. A change holds for those who wait as well."
        ),
    )  # fmt: skip
    referral_least_cents = models.PositiveBigIntegerField(
        _("and of at least (cents)"), default=0,
        help_text=_("What is left of it after returns. 0: whatever it is."),
    )  # fmt: skip
    referral_most = models.PositiveSmallIntegerField(
        _("friends for whom a member is rewarded in a calendar year, at most"), null=True,
        blank=True, validators=[MinValueValidator(1)],
        help_text=_("Friends beyond it get their own all the same. Empty: no limit."),
    )  # fmt: skip
    spending_wallet = models.ForeignKey(
        Wallet, models.PROTECT, related_name="+", verbose_name=_("wallet of the points")
    )
    created_at = models.DateTimeField(_("created"))
    revision = models.CharField(max_length=40, editable=False, default=new_revision)

    history = HistoricalRecords(bases=[Traced], excluded_fields=["revision"])

    class Meta:
        verbose_name = _("loyalty programme")
        verbose_name_plural = _("loyalty programme")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="programmes_programme_is_the_only_one"),
            models.CheckConstraint(
                condition=Q(value_of_point__gte=0),
                name="programmes_value_of_a_point_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(pay_share_percent__lte=100),
                name="programmes_points_pay_no_more_than_the_basket",
            ),
            models.CheckConstraint(
                condition=Q(pay_least_points__gt=0)
                & (Q(pay_most_points=None) | Q(pay_most_points__gte=F("pay_least_points"))),
                name="programmes_points_pay_within_bounds",
                violation_error_message=_("At most is not below at least."),
            ),
            models.CheckConstraint(
                condition=Q(household_size__range=(2, 20)),
                name="programmes_household_is_of_two_to_twenty",
            ),
            models.CheckConstraint(
                condition=Q(referral_days=None) | Q(referral_days__lte=365),
                name="programmes_referral_waits_a_year_at_most",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    # Properties

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Segment(models.Model):
    """A group of members that rules may speak of. Who is in it is the members' to say."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=80, db_index=True)
    name_en = models.CharField(_("name in English"), max_length=80, db_index=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)


class Store(models.Model):
    """A place, or a web shop, where members buy."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80, db_index=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    is_training = models.BooleanField(_("for training"), default=False)
    is_active = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A family of products. A rule on a category covers its children.

    Lines of an excluded category, and of its children, never earn: gift cards, delivery.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80, db_index=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name=_("part of"),
    )  # fmt: skip
    is_excluded = models.BooleanField(
        _("never earns points"), default=False, help_text=_("Nor do the categories inside it.")
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.CheckConstraint(
                condition=~Q(parent=F("pk")),
                name="programmes_category_is_not_its_own_parent",
                violation_error_message=_("A category is not inside itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
