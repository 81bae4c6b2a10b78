"""What analytics keeps: facts of what was, and forecasts of what is expected."""

from analytics.models.categories import MemberCategory
from analytics.models.facts import (
    DayToCount,
    MeasureSettings,
    MemberFact,
    MemberMonth,
    PointsDay,
    PointsMonth,
    Refresh,
    Revision,
    StoreDay,
    Topic,
)
from analytics.models.forecasts import Fit, Outlook
from analytics.models.segments import SegmentDefinition

__all__ = [
    "DayToCount",
    "Fit",
    "MeasureSettings",
    "MemberCategory",
    "MemberFact",
    "MemberMonth",
    "Outlook",
    "PointsDay",
    "PointsMonth",
    "Refresh",
    "Revision",
    "SegmentDefinition",
    "StoreDay",
    "Topic",
]
