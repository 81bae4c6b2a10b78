from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.people import Member


class MemberEvent(models.Model):
    """Something that a member did and a client told: a survey answered, a friend who joined.

    `award` is what the rules gave for it, as it was given.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="events", verbose_name=_("member")
    )
    name = models.CharField(_("event"), max_length=40)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    client = models.CharField(_("told by"), max_length=40, blank=True)
    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    occurred_at = models.DateTimeField(_("moment"))
    recorded_at = models.DateTimeField(_("recorded"))
    award = models.JSONField(_("award"), default=dict)

    class Meta:
        verbose_name = _("event of a member")
        verbose_name_plural = _("events of members")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "name", "reference"],
                condition=~models.Q(reference=""),
                name="members_event_is_one_per_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.reference}".strip()
