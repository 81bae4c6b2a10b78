"""What analytics keeps: facts, forecasts, figures, costs entered, and what staff know and plan."""

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
from analytics.models.kept import Cause, KeptFigure
from analytics.models.losses import Competitor, Loss, LossReason, WonBackBy
from analytics.models.money import Budget, Cost, CostCategory, MoneySettings
from analytics.models.plan import (
    Action,
    ActionField,
    ActionKind,
    ActionState,
    Benchmark,
    Goal,
    Outcome,
    Rhythm,
)
from analytics.models.segments import MemberScore, SegmentDefinition
from analytics.models.surveys import (
    Answer,
    AnswerPlace,
    Invitation,
    Survey,
    SurveyKind,
    SurveyTrigger,
)
from analytics.models.vintages import PointsVintage

__all__ = [
    "Action",
    "ActionField",
    "ActionKind",
    "ActionState",
    "Answer",
    "AnswerPlace",
    "Benchmark",
    "Budget",
    "Cause",
    "Competitor",
    "Cost",
    "CostCategory",
    "DayToCount",
    "Fit",
    "Goal",
    "Invitation",
    "KeptFigure",
    "Loss",
    "LossReason",
    "MeasureSettings",
    "MemberCategory",
    "MemberFact",
    "MemberMonth",
    "MemberScore",
    "MoneySettings",
    "Outcome",
    "Outlook",
    "PointsDay",
    "PointsMonth",
    "PointsVintage",
    "Refresh",
    "Revision",
    "Rhythm",
    "SegmentDefinition",
    "StoreDay",
    "Survey",
    "SurveyKind",
    "SurveyTrigger",
    "Topic",
    "WonBackBy",
]
