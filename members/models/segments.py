from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.models import Segment
from members.models.people import Member


class SegmentStayQuerySet(models.QuerySet["SegmentStay"]):
    def at(self, moment: datetime) -> Self:
        return self.within(since=moment, until=moment)

    def within(self, *, since: datetime, until: datetime) -> Self:
        """Return those that overlap some time, its last moment included."""
        return self.filter(Q(until_at=None) | Q(until_at__gt=since), since_at__lte=until)


class SegmentStay(models.Model):
    """From when until when somebody was in a segment; without an end they still are."""

    segment = models.ForeignKey(
        Segment, models.PROTECT, related_name="+", verbose_name=_("segment")
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="segment_stays", verbose_name=_("member")
    )
    since_at = models.DateTimeField(_("since"))
    until_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = SegmentStayQuerySet.as_manager()

    class Meta:
        verbose_name = _("stay in a segment")
        verbose_name_plural = _("stays in segments")
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "member"],
                condition=Q(until_at=None),
                name="members_segment_stay_is_open_once",
            ),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gte=models.F("since_at")),
                name="members_segment_stay_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.member_id}"
