from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.identity.models import Traced
from loyalty.programmes.models import Segment
from members.models import Member


class SegmentDefinition(models.Model):
    """By what the members of a segment are found, every night. Without one, it is kept by hand.

    `terms` is what `segments.terms` reads. When members were last found, and how many, says
    nothing of who was in the segment when: their stays do.
    """

    segment = models.OneToOneField(
        Segment, models.PROTECT, related_name="+", verbose_name=_("segment")
    )
    terms = models.JSONField(_("conditions"))
    changed_at = models.DateTimeField(_("changed"))
    assigned_at = models.DateTimeField(_("members found"), null=True, blank=True)
    members = models.BigIntegerField(_("members"), null=True, blank=True)

    history = HistoricalRecords(bases=[Traced], excluded_fields=["assigned_at", "members"])

    class Meta:
        verbose_name = _("definition of a segment")
        verbose_name_plural = _("definitions of segments")
        constraints = [
            models.CheckConstraint(
                condition=Q(assigned_at=None, members=None)
                | Q(assigned_at__isnull=False, members__gte=0),
                name="analytics_segment_was_found_with_its_count",
            ),
        ]

    def __str__(self) -> str:
        return f"segment {self.segment_id}"


class MemberScore(models.Model):
    """A member's RFM scores, from 1 to 5, as the last night found them; 5 is best."""

    member = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("member")
    )
    recency = models.PositiveSmallIntegerField(_("recency"))
    frequency = models.PositiveSmallIntegerField(_("frequency"))
    monetary = models.PositiveSmallIntegerField(_("monetary"))

    class Meta:
        verbose_name = _("member's scores")
        verbose_name_plural = _("members' scores")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    recency__range=(1, 5), frequency__range=(1, 5), monetary__range=(1, 5)
                ),
                name="analytics_scores_go_from_one_to_five",
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"
