from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.people import Member


class CarriedAmount(models.Model):
    """What a rule, by its code, carries of a member's amounts below one step, in cents.

    Below zero once a purchase whose rest had become points was returned.
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("member"))
    rule = models.CharField(_("rule"), max_length=40)
    cents = models.BigIntegerField(_("carried over (cents)"))

    class Meta:
        verbose_name = _("amount carried over")
        verbose_name_plural = _("amounts carried over")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "rule"], name="members_carried_amount_is_one_per_rule"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.cents}"
