"""What each call about measures takes and answers, with examples: the description of OpenAPI."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from analytics.api.asking import SCORINGS
from analytics.api.serializers import (
    CohortsOutput,
    CurveOutput,
    FitsOutput,
    GridOutput,
    MeasuresOutput,
    ReportOutput,
)
from analytics.scopes import ValueGroup
from members.models import MemberKind

_WORD = {"type": "string", "minLength": 1, "maxLength": 40, "pattern": r"^[^\x00-\x1f\x7f]*$"}
_MEASURE: dict[str, Any] = {
    "code": "retention_rate",
    "family": "retention",
    "name": "Retention rate",
    "definition": "Of the buyers of the period before, the share who bought again in this one.",
    "unit": "share",
    "direction": "higher",
    "numerator": "Buyers of both periods",
    "denominator": "Buyers of the period before",
    "cuts": ["store", "channel", "tier", "segment", "kind", "enrolled", "source", "value"],
}
_FIGURE: dict[str, Any] = {
    "from": "2026-10-01",
    "to": "2026-10-31",
    "value": 0.4856459330143541,
    "numerator": 203,
    "denominator": 418,
    "columns": {},
    "is_finished": True,
    "computed_at": "2026-11-01T03:10:00+01:00",
    "revised_at": None,
}
_BEFORE = {
    **_FIGURE,
    "from": "2026-09-01",
    "to": "2026-09-30",
    "value": 0.44,
    "numerator": 176,
    "denominator": 400,
    "computed_at": "2026-10-05T03:10:00+02:00",
    "revised_at": "2026-10-05T03:09:12+02:00",
}

_CUTS = [
    OpenApiParameter(
        "store", _WORD, description="A store's code; the client's own, where it has one."
    ),
    OpenApiParameter("channel", _WORD, description="As the receipts say it."),
    OpenApiParameter("tier", _WORD, description="A tier's code; `-` is no tier."),
    OpenApiParameter("segment", _WORD, description="A segment's code."),
    OpenApiParameter("kind", {"type": "string", "enum": MemberKind.values}),
    OpenApiParameter(
        "enrolled",
        {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
        description="The month of enrolment, as 2026-03.",
    ),
    OpenApiParameter("source", _WORD, description="Where members were won."),
    OpenApiParameter(
        "value",
        {"type": "string", "enum": [group.value for group in ValueGroup]},
        description="The fifth of all buyers who brought most, or all others.",
    ),
]
_DAYS = [
    OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="The first day."),
    OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="The last day."),
]
_AT = OpenApiParameter(
    "at", OpenApiTypes.DATE, description="As of the end of this day; of today if left out."
)
_KNOWN = {"is_finished": True, "computed_at": "2026-11-01T03:10:00+01:00"}
_FIT: dict[str, Any] = {
    "as_of": "2026-10-31",
    "fitted_at": "2026-11-01T03:12:00+01:00",
    "members": 2357,
    "repeaters": 946,
    "buying": {
        "r": 0.2426,
        "alpha": 4.4136,
        "a": 0.7929,
        "b": 2.4259,
        "log_likelihood": -9582.43,
    },
    "spending": {"p": 6.25, "q": 3.74, "v": 15.44, "log_likelihood": -4055.92},
    "outlook": {"members": 2341, "alive": 1904.2, "days": 1989.5, "revenue": "75913.74"},
    "trial": [
        {"repeats": 0, "members": 1411, "expected": 0.23, "came": 0.24},
        {"repeats": 7, "members": 64, "expected": 6.16, "came": 6.36},
    ],
}

list_measures = extend_schema(
    responses={200: MeasuresOutput},
    examples=[OpenApiExample("One", value={"measures": [_MEASURE]}, response_only=True)],
)
get_measure = extend_schema(
    parameters=[
        *_DAYS,
        OpenApiParameter(
            "compare",
            {"type": "string", "pattern": "^(previous|year)(,(previous|year))?$"},
            description="`previous`: the period before; `year`: the same days a year before.",
        ),
        OpenApiParameter(
            "by",
            {"type": "string", "enum": ["month"]},
            description="Also each month of a period of 1 to 36 whole months.",
        ),
        *_CUTS,
    ],
    responses={200: ReportOutput},
    examples=[
        OpenApiExample(
            "A month beside the one before",
            value={
                "measure": _MEASURE,
                "currency": "EUR",
                "cut": {"store": "lyon"},
                "figure": _FIGURE,
                "compared": {"previous": _BEFORE},
                "series": [],
            },
            response_only=True,
        )
    ],
)
get_grid = extend_schema(
    parameters=[
        _AT,
        OpenApiParameter(
            "scoring",
            {"type": "string", "enum": SCORINGS},
            description="`ntile`: five groups of equal size; `threshold`: by the 20, 40, 60 and "
            "80% quantiles, so that equal figures score alike. As the settings say if left out.",
        ),
        *_CUTS,
    ],
    responses={200: GridOutput},
    examples=[
        OpenApiExample(
            "The end of a month",
            value={
                "at": "2026-10-31",
                "cut": {},
                "scoring": "ntile",
                "members": 2357,
                "scores": {"111": 171, "112": 61, "554": 50, "555": 246},
                **_KNOWN,
                "revised_at": None,
            },
            response_only=True,
        )
    ],
)
get_cohorts = extend_schema(
    parameters=[_AT, *_CUTS],
    responses={200: CohortsOutput},
    examples=[
        OpenApiExample(
            "Three months",
            value={
                "at": "2026-10-31",
                "cut": {"store": "lyon"},
                "cohorts": [
                    {"month": "2026-08", "buyers": [781, 97, 85]},
                    {"month": "2026-09", "buyers": [834, 110]},
                    {"month": "2026-10", "buyers": [742]},
                ],
                **_KNOWN,
            },
            response_only=True,
        )
    ],
)
get_curve = extend_schema(
    parameters=[*_DAYS, *_CUTS],
    responses={200: CurveOutput},
    examples=[
        OpenApiExample(
            "Two of twenty groups",
            value={
                "from": "2026-10-01",
                "to": "2026-10-31",
                "currency": "EUR",
                "cut": {},
                "groups": [
                    {
                        "members": 21,
                        "revenue": "189.50",
                        "members_share": 0.05198019801980198,
                        "revenue_share": 0.0067423,
                    },
                    {
                        "members": 20,
                        "revenue": "5120.75",
                        "members_share": 1.0,
                        "revenue_share": 1.0,
                    },
                ],
                **_KNOWN,
                "revised_at": None,
            },
            response_only=True,
        )
    ],
)
list_fits = extend_schema(
    parameters=[
        OpenApiParameter(
            "at", OpenApiTypes.DATE, description="Those made up to this day; to today if left out."
        )
    ],
    responses={200: FitsOutput},
    examples=[
        OpenApiExample(
            "One",
            value={"currency": "EUR", "fits": [_FIT]},
            response_only=True,
        )
    ],
)
