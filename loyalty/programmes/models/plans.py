from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core.languages import in_language
from loyalty.identity.models import Traced
from loyalty.programmes.models.tiers import Tier


class Plan(models.Model):
    """A paid membership that is on sale: what it costs for how many months, and what it gives.

    A tier for as long as it is paid, a voucher at the start of each of its months, and whatever
    rules give to who has it. What somebody has paid already changes with none of these.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=80, db_index=True)
    name_en = models.CharField(_("name in English"), max_length=80, db_index=True)
    price_cents = models.BigIntegerField(_("price"), validators=[MinValueValidator(0)])
    term_months = models.PositiveSmallIntegerField(
        _("for months"), default=12, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    is_on_sale = models.BooleanField(
        _("on sale"), default=True,
        help_text=_("Otherwise nobody begins it; whoever has it may go on."),
    )  # fmt: skip
    tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tier"),
        help_text=_("Held at least, for as long as it is paid."),
    )  # fmt: skip
    voucher_fr = models.CharField(_("voucher of each month in French"), max_length=80, blank=True)
    voucher_en = models.CharField(_("voucher of each month in English"), max_length=80, blank=True)
    voucher_cents = models.BigIntegerField(_("worth"), null=True, blank=True)
    voucher_days = models.PositiveIntegerField(
        _("good for days"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36_500)],
    )  # fmt: skip

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("membership plan")
        verbose_name_plural = _("membership plans")
        constraints = [
            models.CheckConstraint(
                condition=Q(price_cents__gte=0, term_months__gt=0),
                name="programmes_plan_has_a_price_and_a_term",
            ),
            models.CheckConstraint(
                condition=Q(voucher_fr="", voucher_en="", voucher_days=None, voucher_cents=None)
                | (~Q(voucher_fr="") & ~Q(voucher_en="") & Q(voucher_days__gt=0)),
                name="programmes_plan_names_its_voucher",
                violation_error_message=_(
                    "Name the voucher in both languages, and say for how long it is good."
                ),
            ),
            models.CheckConstraint(
                condition=Q(voucher_cents=None) | Q(voucher_cents__gt=0),
                name="programmes_plan_voucher_is_worth_something",
            ),
        ]

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)
