"""What analytics keeps: facts of what was, forecasts of what is expected, and costs entered."""

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
from analytics.models.money import Budget, Cost, CostCategory
from analytics.models.segments import SegmentDefinition

__all__ = [
    "Budget",
    "Cost",
    "CostCategory",
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
