"""What staff say of goals and actions. Targets are typed as the measure is shown: 45 for 45 %."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from analytics import planning, slicing
from analytics.figures import Unit
from analytics.measures.registry import get_measures
from analytics.models import ActionField, ActionKind, Outcome, Rhythm
from analytics.scopes import Dimension
from loyalty.desk.measures import naming
from loyalty.identity.models import User
from loyalty.programmes import money
from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.models import Store

CUTS = (Dimension.STORE, Dimension.TIER, Dimension.SEGMENT, Dimension.VALUE_GROUP)
_HUNDRED = 100
_LARGEST = Decimal(1_000_000_000_000)
_DAY = {"type": "date"}


def in_unit(typed: Decimal, *, unit: Unit, currency: str) -> Decimal:
    """Return what somebody typed in the measure's unit. Raises ValueError of parts of a cent."""
    if unit == Unit.SHARE:
        return typed / _HUNDRED
    if unit == Unit.MONEY:
        return Decimal(money.to_cents(amount=typed, currency=currency))
    return typed


def unit_of(code: str, *, currency: str) -> str:
    """Return what a measure's value is typed in: %, the currency, or nothing to say."""
    unit = get_measures()[code].unit
    return {Unit.SHARE: "%", Unit.MONEY: currency}.get(unit, "")


def _measures() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the measures by chapter, each with what its value is typed in."""
    chapters: dict[str, list[tuple[str, str]]] = {}
    for code, measure in get_measures().items():
        said = f"{measure.name} (%)" if measure.unit == Unit.SHARE else str(measure.name)
        chapters.setdefault(naming.title_of(measure.family), []).append((code, said))
    return list(chapters.items())


def _who_may_act() -> QuerySet[User]:
    """Return the staff whose roles let them do what is planned."""
    app, _dot, codename = planning.ACTS.partition(".")
    granted = User.objects.filter(
        groups__permissions__content_type__app_label=app, groups__permissions__codename=codename
    )
    may_act = Q(is_superuser=True) | Q(pk__in=granted.values("pk"))
    return User.objects.filter(may_act, is_staff=True, is_active=True)


class _OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    """Whoever may do what is planned, by name; who has no name comes last, by their address."""

    def __init__(self) -> None:
        super().__init__(
            _who_may_act().order_by(NullIf("last_name", Value("")).asc(nulls_last=True), "email"),
            label=_("Who answers for it"),
            empty_label=_("Choose somebody"),
        )

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.email


class _DayField(forms.DateField):
    def __init__(self, **said: Any) -> None:
        super().__init__(widget=forms.DateInput(_DAY, "%Y-%m-%d"), **said)


class _NoteField(forms.CharField):
    def __init__(self, **said: Any) -> None:
        super().__init__(max_length=500, widget=forms.Textarea(attrs={"rows": 3}), **said)


class GoalForm(forms.Form):
    """A new goal. Whoever is bound to stores sets goals of one of these."""

    code = forms.ChoiceField(label=_("Measure"), choices=_measures)
    rhythm = forms.ChoiceField(
        label=_("Looked at"), choices=Rhythm.choices,
        help_text=_("The goal compares the last of these periods that is over."),
    )  # fmt: skip
    target = forms.DecimalField(
        label=_("Target"), localize=True, decimal_places=4, min_value=-_LARGEST,
        max_value=_LARGEST,
        help_text=_("As the measure is shown: 45 for 45%, an amount of money, or a number."),
    )  # fmt: skip
    by_on = _DayField(label=_("By the day"))
    owner = _OwnerField()
    note = _NoteField(label=_("Note"), required=False)
    store = forms.ChoiceField(label=_("Store"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    value = forms.ChoiceField(label=_("Value group"), required=False)

    def __init__(
        self,
        *args: Any,
        today: date,
        currency: str,
        stores: Sequence[Store] | None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.today, self.currency = today, currency
        for dimension in CUTS:
            field = cast("forms.ChoiceField", self.fields[dimension.value])
            found = [(one.value, one.label) for one in slicing.get_choices(dimension=dimension)]
            field.choices = [("", _("all")), *found]
        if stores is not None:
            field = cast("forms.ChoiceField", self.fields["store"])
            field.choices, field.required = [(one.code, one.name) for one in stores], True

    def clean_by_on(self) -> date:
        by_on: date = self.cleaned_data["by_on"]
        if by_on <= self.today:
            raise forms.ValidationError(_("Choose a day to come."), "past")
        return by_on

    def clean(self) -> dict[str, Any]:
        """Bring the target into the measure's unit."""
        told: dict[str, Any] = super().clean() or {}
        if "code" in told and "target" in told:
            unit = get_measures()[told["code"]].unit
            try:
                told["target"] = in_unit(told["target"], unit=unit, currency=self.currency)
            except ValueError:
                self.add_error("target", _("The currency has no such small amount."))
        return told

    # Properties

    @property
    def cut(self) -> dict[str, str]:
        said = {name.value: self.cleaned_data.get(name.value) for name in CUTS}
        return {name: value for name, value in said.items() if value}


class ChangeGoalForm(forms.Form):
    """What may change of a goal: its target and where it began stay."""

    by_on = _DayField(label=_("By the day"))
    owner = _OwnerField()
    note = _NoteField(label=_("Note"), required=False)


class EndGoalForm(forms.Form):
    outcome = forms.ChoiceField(label=_("How did it end?"), choices=Outcome.choices)


class ActionForm(InCurrency, forms.Form):
    """Something to do for a goal."""

    title = forms.CharField(label=_("What to do"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=ActionKind.choices)
    field = forms.ChoiceField(label=_("Field"), choices=ActionField.choices)
    owner = _OwnerField()
    due_on = _DayField(label=_("Due"))
    cost_cents = AmountField(label=_("Cost expected"), required=False, min_value=0)

    field_order = ("title", "kind", "field", "owner", "due_on", "cost_cents")


class FinishForm(InCurrency, forms.Form):
    """What came of an action, and what it cost in the end."""

    result = _NoteField(
        label=_("What came of it?"),
        help_text=_("In words: what the measure said since stands beside it."),
    )
    cost_cents = AmountField(label=_("What it cost"), required=False, min_value=0)


class BenchmarkForm(forms.Form):
    """What a measure is in a sector, and who says so."""

    value = forms.DecimalField(
        label=_("Value"), localize=True, decimal_places=4, min_value=-_LARGEST,
        max_value=_LARGEST,
    )  # fmt: skip
    sector = forms.CharField(label=_("Sector"), max_length=80)
    year = forms.IntegerField(label=_("Year"), min_value=1900, max_value=2999)
    source = forms.CharField(
        label=_("Source"), max_length=200, help_text=_("Who published it, and where.")
    )

    def __init__(self, *args: Any, code: str, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.code, self.currency = code, currency
        if unit := unit_of(code, currency=currency):
            self.fields["value"].label = _("Value (%(unit)s)") % {"unit": unit}

    def clean_value(self) -> Decimal:
        unit = get_measures()[self.code].unit
        try:
            return in_unit(self.cleaned_data["value"], unit=unit, currency=self.currency)
        except ValueError as error:
            words = _("The currency has no such small amount.")
            raise forms.ValidationError(words, "too-fine") from error
