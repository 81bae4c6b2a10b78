"""What each call about measures takes and answers, with examples: the description of OpenAPI."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from analytics.api.serializers import MeasuresOutput, ReportOutput
from analytics.scopes import ValueGroup
from members.models import MemberKind

_WORD = {"type": "string", "maxLength": 40, "pattern": r"^[^\x00-\x1f\x7f]*$"}
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

list_measures = extend_schema(
    responses={200: MeasuresOutput},
    examples=[OpenApiExample("One", value={"measures": [_MEASURE]}, response_only=True)],
)
get_measure = extend_schema(
    parameters=[
        OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="The first day."),
        OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="The last day."),
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
