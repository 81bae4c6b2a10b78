from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core.languages import in_language
from loyalty.identity.models import Traced
from loyalty.programmes.models.programme import Segment


class Goal(models.TextChoices):
    """What a campaign is measured by."""

    REACH = "REACH", _("members who got something")
    AWARDS = "AWARDS", _("times that something was given")


class Campaign(models.Model):
    """Rules that run together towards a goal, within one budget, without some to compare with.

    Who is held out is decided by a hash (`campaigns.is_held_out`): the code, the audience and the
    share stay as they are once a rule of it was published.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    goal = models.CharField(_("goal"), max_length=6, choices=Goal, default=Goal.REACH)
    target = models.PositiveBigIntegerField(_("target"))
    budget_points = models.PositiveBigIntegerField(_("budget in points"), null=True, blank=True)
    budget_cents = models.PositiveBigIntegerField(_("or in money"), null=True, blank=True)
    holdout_percent = models.PositiveSmallIntegerField(
        _("held out, in percent"), default=10, validators=[MaxValueValidator(50)],
        help_text=_("Members who get nothing of it, chosen by chance, to compare with."),
    )  # fmt: skip

    audience = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("audience"),
        help_text=_("Only members of this segment get something of it; empty: everybody."),
    )  # fmt: skip

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="programmes_campaign_ends_after_it_starts",
                violation_error_message=_("The end must come after the start."),
            ),
            models.CheckConstraint(
                condition=Q(budget_points__isnull=True) ^ Q(budget_cents__isnull=True),
                name="programmes_campaign_has_one_budget",
                violation_error_message=_("A campaign has one budget: in points or in money."),
            ),
            models.CheckConstraint(
                condition=Q(holdout_percent__lte=50),
                name="programmes_campaign_holds_out_half_at_most",
            ),
        ]

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)
