from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.core.languages import in_language
from loyalty.identity.models import Traced
from loyalty.programmes.models.campaigns import Campaign
from loyalty.programmes.models.programme import Segment


class RuleState(models.TextChoices):
    DRAFT = "DRAFT", _("draft")
    LIVE = "LIVE", _("live")
    PAUSED = "PAUSED", _("paused")
    ENDED = "ENDED", _("ended")


class RuleQuerySet(models.QuerySet["Rule"]):
    """`with_` adds columns."""

    def with_cost(self) -> Self:
        """Add what each rule has given so far: `cost_points`, `cost_awards`, `cost_gift_cents`."""
        costs = self.model.costs.rel.related_model._default_manager
        parts = costs.filter(rule=OuterRef("pk")).order_by().values("rule")
        return self.annotate(
            **{
                f"cost_{name}": Coalesce(Subquery(parts.annotate(all=Sum(name)).values("all")), 0)
                for name in ("points", "awards", "gift_cents")
            }
        )


class Rule(models.Model):
    """A reason to give points. What it says is in its versions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    state = models.CharField(_("state"), max_length=6, choices=RuleState, default=RuleState.DRAFT)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="rules",
        verbose_name=_("campaign"),
    )  # fmt: skip
    audience = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, related_name="rules",
        verbose_name=_("offered to"),
        help_text=_("A personal offer: only members of this segment get it, and are shown it."),
    )  # fmt: skip
    priority = models.SmallIntegerField(
        _("priority"), default=0, help_text=_("The highest is looked at first.")
    )

    objects = RuleQuerySet.as_manager()
    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")

    def __str__(self) -> str:
        return in_language(french=self.name_fr, english=self.name_en)


class RuleVersion(models.Model):
    """What a rule says from one moment on. Never edited: a change is a new version.

    `terms` is `terms.Terms` as JSON; `terms.read(...)` refuses anything else. In force is the
    highest number whose moment has come, until `ends_at`. Without `takes_effect_at` it has
    always been so, which is what an import of old sales needs. Pausing or ending the rule sets
    `stopped_at`, so that a sale from before, told later, still earns what it was promised.
    """

    rule = models.ForeignKey(
        Rule, models.PROTECT, related_name="versions", verbose_name=_("earning rule")
    )
    number = models.PositiveIntegerField(_("version"))
    terms = models.JSONField(_("terms"))
    takes_effect_at = models.DateTimeField(_("takes effect"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.CharField(_("created by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("rule version")
        verbose_name_plural = _("rule versions")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "number"], name="programmes_rule_versions_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(takes_effect_at=None)
                | Q(ends_at=None)
                | Q(ends_at__gte=F("takes_effect_at")),
                name="programmes_rule_version_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
