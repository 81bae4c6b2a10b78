"""The shape of what clients are answered about measures."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.figures import Direction, Unit
from analytics.measuring import Family
from analytics.rfm import Scoring
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


class FromOutput(serializers.Serializer[Any]):
    """A first and a last business day."""

    from_ = serializers.DateField()
    to = serializers.DateField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Call the first day `from`, a word that Python keeps for itself."""
        fields = super().get_fields()
        return {name.rstrip("_"): field for name, field in fields.items()}


class FigureOutput(FromOutput):
    """What a measure says of a period. A value of null is not available, which is not zero.

    It is finished once the period is over and counted to its last day; `revised_at` says when a
    finished one turned out otherwise, by what came late, other settings or another release.
    """

    value = AmountField()
    numerator = AmountField()
    denominator = AmountField()
    columns = serializers.DictField(child=ColumnOutput())
    is_finished = serializers.BooleanField()
    computed_at = serializers.DateTimeField()
    revised_at = serializers.DateTimeField(allow_null=True)


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


class CutField(serializers.DictField):
    """What a client asked for, with the store that it is bound to."""

    child = serializers.CharField()


class GridOutput(serializers.Serializer[Any]):
    """How many members have each score of recency, frequency and revenue at the end of a day.

    A score has a figure for each, from 1 to 5, 5 being best: "515" is recent, rare and large.
    One that nobody has is left out. `computed_at` says as of when.
    """

    at = serializers.DateField(help_text="The day, or today where it is to come.")
    cut = CutField()
    scoring = serializers.ChoiceField(choices=[scoring.value.lower() for scoring in Scoring])
    members = serializers.IntegerField(help_text="Members scored: all who ever bought.")
    scores = serializers.DictField(child=serializers.IntegerField())
    is_finished = serializers.BooleanField()
    computed_at = serializers.DateTimeField()
    revised_at = serializers.DateTimeField(allow_null=True)


class CohortOutput(serializers.Serializer[Any]):
    """Members who first bought in a month: the distinct buyers of that month and each one since.

    The first number is of the month itself: all of them, where nothing cuts.
    """

    month = serializers.CharField(help_text="The month of the first purchase, as 2026-03.")
    buyers = serializers.ListField(child=serializers.IntegerField())


class CohortsOutput(serializers.Serializer[Any]):
    """All cohorts up to the end of a day, the oldest first. It is finished once its month is over
    and counted to its last day; before, the last number of each cohort is of part of a month.
    """

    at = serializers.DateField(help_text="The day, or today where it is to come.")
    cut = CutField()
    cohorts = CohortOutput(many=True)
    is_finished = serializers.BooleanField()
    computed_at = serializers.DateTimeField()


class GroupOutput(serializers.Serializer[Any]):
    """Buyers who spent about as much, and where the curve is after them.

    The shares are of them and of all who spent less; null where there is no revenue to share.
    """

    members = serializers.IntegerField()
    revenue = serializers.CharField()
    members_share = serializers.FloatField(allow_null=True)
    revenue_share = serializers.FloatField(allow_null=True)


class CurveOutput(FromOutput):
    """The curve of Lorenz of a period: its buyers in twenty groups of equal size, or fewer, those
    who spent least first.
    """

    currency = serializers.CharField()
    cut = CutField()
    groups = GroupOutput(many=True)
    is_finished = serializers.BooleanField()
    computed_at = serializers.DateTimeField()
    revised_at = serializers.DateTimeField(allow_null=True)


class BuyingOutput(serializers.Serializer[Any]):
    """BG/NBD (Fader, Hardie and Lee 2005), in weeks: how often members buy, when they leave."""

    r = serializers.FloatField()
    alpha = serializers.FloatField()
    a = serializers.FloatField()
    b = serializers.FloatField()
    log_likelihood = serializers.FloatField()


class SpendingOutput(serializers.Serializer[Any]):
    """Gamma-gamma (Fader and Hardie 2013), in units of currency: what a day of buying is worth."""

    p = serializers.FloatField()
    q = serializers.FloatField()
    v = serializers.FloatField()
    log_likelihood = serializers.FloatField()


class OutlookOutput(serializers.Serializer[Any]):
    """What is expected in the 12 months after of all who were members still, together."""

    members = serializers.IntegerField()
    alive = serializers.FloatField(help_text="Of them, expected to be customers still.")
    days = serializers.FloatField(help_text="Days of buying.")
    revenue = serializers.CharField(allow_null=True)


class TrialOutput(serializers.Serializer[Any]):
    """Of the first half of the history alone: days expected of a member in the second, and seen.

    By how many days members had come back on by then; 7 is that many or more.
    """

    repeats = serializers.IntegerField()
    members = serializers.IntegerField()
    expected = serializers.FloatField()
    came = serializers.FloatField()


class FitOutput(serializers.Serializer[Any]):
    """The models of predicted value, fitted to all that was bought up to the end of a day."""

    as_of = serializers.DateField()
    fitted_at = serializers.DateTimeField()
    members = serializers.IntegerField(help_text="Members who ever bought.")
    repeaters = serializers.IntegerField(help_text="Members who came back.")
    buying = BuyingOutput()
    spending = SpendingOutput(allow_null=True, help_text="null: too few came back to tell.")
    outlook = OutlookOutput()
    trial = TrialOutput(many=True, help_text="Empty where the first half tells too little.")


class FitsOutput(serializers.Serializer[Any]):
    """The latest fits, the newest first, 60 at most. None before 30 members have come back."""

    currency = serializers.CharField()
    fits = FitOutput(many=True)
