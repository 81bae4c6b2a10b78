"""The shape of what clients are answered about measures."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.figures import Direction, Unit
from analytics.measuring import Family
from analytics.scopes import Dimension

_UNITS = [unit.value.lower() for unit in Unit]


@extend_schema_field({"type": ["string", "number", "null"]})
class AmountField(serializers.Field[Any, Any, Any, Any]):
    """Money is a decimal string, anything else a number; null where there is none."""


class MeasureOutput(serializers.Serializer[Any]):
    """A measure and its definition. Names are in the language of Accept-Language."""

    code = serializers.CharField()
    family = serializers.ChoiceField(choices=[family.value.lower() for family in Family])
    name = serializers.CharField()
    definition = serializers.CharField()
    unit = serializers.ChoiceField(choices=_UNITS)
    direction = serializers.ChoiceField(
        choices=[direction.value.lower() for direction in Direction],
        help_text="Which way is better.",
    )
    numerator = serializers.CharField(help_text="What the numerator counts.")
    denominator = serializers.CharField(allow_null=True, help_text="null: it is no ratio.")
    cuts = serializers.ListField(
        child=serializers.ChoiceField(choices=[name.value for name in Dimension]),
        help_text="What it can be cut by.",
    )


class MeasuresOutput(serializers.Serializer[Any]):
    """Every measure that the client may ask for, by chapter."""

    measures = MeasureOutput(many=True)


class ColumnOutput(serializers.Serializer[Any]):
    """A second figure shown beside the first."""

    value = AmountField()
    unit = serializers.ChoiceField(choices=_UNITS)


class FigureOutput(serializers.Serializer[Any]):
    """What a measure says of a period. A value of null is not available, which is not zero.

    It is finished once the period is over and counted to its last day; `revised_at` says when a
    finished one turned out otherwise, by what came late.
    """

    from_ = serializers.DateField()
    to = serializers.DateField()
    value = AmountField()
    numerator = AmountField()
    denominator = AmountField()
    columns = serializers.DictField(child=ColumnOutput())
    is_finished = serializers.BooleanField()
    computed_at = serializers.DateTimeField()
    revised_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Call the first day `from`, a word that Python keeps for itself."""
        fields = super().get_fields()
        return {name.rstrip("_"): field for name, field in fields.items()}


class ComparedOutput(serializers.Serializer[Any]):
    """The figures that were asked for beside it; null where there is nothing to compare with."""

    previous = FigureOutput(required=False, allow_null=True)
    year = FigureOutput(required=False, allow_null=True)


class ReportOutput(serializers.Serializer[Any]):
    """One measure of one period and cut, what it compares with, and its months if asked for."""

    measure = MeasureOutput()
    currency = serializers.CharField()
    cut = serializers.DictField(
        child=serializers.CharField(), help_text="As it was asked, with the client's own store."
    )
    figure = FigureOutput()
    compared = ComparedOutput()
    series = FigureOutput(many=True)
