"""What analytics keeps: facts of what was, forecasts of what is expected, and costs entered."""

from analytics.models.categories import MemberCategory
from analytics.models.facts import (
    MeasureSettings,
    MemberFact,
    MemberMonth,
    PointsDay,
    PointsMonth,
    StoreDay,
)
from analytics.models.forecasts import Fit, Outlook
from analytics.models.freshness import DayToCount, Refresh, Revision, Topic
from analytics.models.kept import KeptFigure
from analytics.models.money import Budget, Cost, CostCategory
from analytics.models.segments import SegmentDefinition

__all__ = [
    "Budget",
    "Cost",
    "CostCategory",
    "DayToCount",
    "Fit",
    "KeptFigure",
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
