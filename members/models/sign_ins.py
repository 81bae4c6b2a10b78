from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.people import Member


class SignInDay(models.Model):
    """A business day on which a member signed in to their own pages, once however often."""

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="+", verbose_name=_("member"), db_index=False
    )
    signed_in_on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("day of a member's sign-in")
        verbose_name_plural = _("days of members' sign-ins")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "signed_in_on"], name="members_sign_in_counts_once_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["signed_in_on", "member"], name="members_sign_in_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.signed_in_on}"
