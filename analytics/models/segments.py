from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.identity.models import Traced
from loyalty.programmes.models import Segment


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
