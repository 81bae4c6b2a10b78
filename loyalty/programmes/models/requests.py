from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import Approval
from loyalty.programmes.models.earning import Rule, RuleVersion


class RuleRequest(models.Model):
    """A version of a rule that waits for a second person, or waited: its approval says which.

    `terms` are as they will be published; `version` is what they became.
    """

    rule = models.ForeignKey(
        Rule, models.PROTECT, related_name="requests", verbose_name=_("earning rule")
    )
    terms = models.JSONField(_("terms"))
    takes_effect_at = models.DateTimeField(_("takes effect"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    approval = models.OneToOneField(
        Approval, models.PROTECT, related_name="rule_request", verbose_name=_("approval")
    )
    version = models.OneToOneField(
        RuleVersion, models.PROTECT, null=True, blank=True, related_name="request",
        verbose_name=_("rule version"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("request for a rule")
        verbose_name_plural = _("requests for rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(takes_effect_at=None)
                | Q(ends_at=None)
                | Q(ends_at__gte=F("takes_effect_at")),
                name="programmes_rule_request_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"
