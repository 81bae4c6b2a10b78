from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core.languages import in_language


class TierLadder(models.Model):
    """Tiers reached by what a member spent in the last `window_months` months."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    window_months = models.PositiveSmallIntegerField(
        _("months counted"), default=12, validators=[MinValueValidator(1)]
    )
    validity_months = models.PositiveSmallIntegerField(
        _("months a tier is kept"), default=12, validators=[MinValueValidator(1)]
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tier ladder")
        verbose_name_plural = _("tier ladders")

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)


class Tier(models.Model):
    """A rung of a ladder: from which spend, and what it gives."""

    ladder = models.ForeignKey(TierLadder, models.PROTECT, related_name="tiers")
    code = models.SlugField(_("code"), max_length=30, unique=True)
    rank = models.PositiveSmallIntegerField(_("rank"))
    name_fr = models.CharField(_("name in French"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    threshold_cents = models.BigIntegerField(
        _("from a spend of (cents)"), validators=[MinValueValidator(0)]
    )
    multiplier = models.DecimalField(
        _("points multiplied by"), max_digits=5, decimal_places=2, default="1.00",
        validators=[MinValueValidator(1)],
    )  # fmt: skip
    benefits_fr = models.TextField(_("benefits in French"), blank=True)
    benefits_en = models.TextField(_("benefits in English"), blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints = [
            models.UniqueConstraint(fields=["ladder", "rank"], name="programmes_tier_rank_is_one"),
            models.UniqueConstraint(
                fields=["ladder", "threshold_cents"], name="programmes_tier_threshold_is_one"
            ),
            models.CheckConstraint(
                condition=Q(threshold_cents__gte=0),
                name="programmes_tier_threshold_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(multiplier__gte=1), name="programmes_tier_never_takes_points_away"
            ),
        ]

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)
