"""One condition of a segment as fields of a form: those that what it asks about needs."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from analytics.segments import terms, wording
from analytics.segments.terms import Condition, Fact
from analytics.segments.wording import Names
from loyalty.programmes.forms.amounts import AmountField

_MONEY = frozenset({Fact.REVENUE, Fact.EXPECTED})
_DAY = {"type": "date"}
# As the terms call what a field says.
POINTERS = {
    "fact": "fact", "not": "is_not", "from": "least", "to": "most", "in": "codes",
    "since": "since", "until": "until", "months": "months",
}  # fmt: skip


class WordsField(forms.CharField):
    """A text whose value is what stands between its commas."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else ", ".join(value)

    def clean(self, value: Any) -> list[str]:
        words = str(super().clean(value)).split(",")
        return sorted({word.strip() for word in words} - {""})


class Row(forms.Form):
    """A condition: what it asks about is settled, the rest is asked."""

    fact = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *, fact: Fact, names: Names, number: int, data: Any = None, initial: Any = None
    ) -> None:
        super().__init__(data, prefix=str(number), initial={**(initial or {}), "fact": fact.value})
        self.number, self.asked = number, fact
        self.fields |= _fields(fact, names)
        self.fields["is_not"] = forms.BooleanField(
            label=_("the opposite: members of whom this does not hold"), required=False
        )

    # Properties

    @property
    def legend(self) -> str:
        return capfirst(str(wording.FACTS[self.asked]))

    @property
    def said(self) -> dict[str, Any]:
        """Return what the terms read; a valid row alone says something."""
        told: dict[str, Any] = {
            name: self.cleaned_data.get(field) for name, field in POINTERS.items()
        }
        # Nothing is said by what is left empty; nought is.
        kept = {name: value for name, value in told.items() if value or type(value) is int}
        days = {name: told[name].isoformat() for name in ("since", "until") if name in kept}
        return kept | days | {"fact": self.asked.value}

    def refuse(self, pointer: str, words: str) -> None:
        """Say what is wrong beside the field that said it."""
        field = POINTERS.get(pointer.partition("/")[0], "fact")
        self.add_error(field if field in self.fields and field != "fact" else None, words)


def initial_of(condition: Condition) -> Mapping[str, Any]:
    """Return what the fields of a known condition hold."""
    return {
        "is_not": condition.is_not,
        "least": condition.least,
        "most": condition.most,
        "codes": list(condition.codes),
        "since": condition.since,
        "until": condition.until,
        "months": condition.months,
    }


def _fields(fact: Fact, names: Names) -> dict[str, forms.Field]:
    fields = _said(fact, names)
    if fact in terms.OVER_MONTHS:
        fields["months"] = forms.IntegerField(
            label=_("in the last whole months"), required=False, min_value=1,
            max_value=terms.MOST_MONTHS,
            help_text=_("With the month that runs. Empty: ever since they joined."),
        )  # fmt: skip
    return fields


def _said(fact: Fact, names: Names) -> dict[str, forms.Field]:
    if fact in terms.RANGES:
        return {
            "least": _number(fact, names, _("at least")),
            "most": _number(fact, names, _("at most")),
        }
    if fact in terms.CHOICES:
        return {"codes": _choice(fact, names)}
    return {"since": _day(_("from the day")), "until": _day(_("until the day"))}


def _number(fact: Fact, names: Names, label: Any) -> forms.Field:
    if fact in _MONEY:
        field = AmountField(label=label, required=False)
        field.currency = names.currency
        return field
    bounds = terms.RANGES[fact]
    return forms.IntegerField(
        label=label, required=False, min_value=bounds.least, max_value=bounds.most
    )


def _choice(fact: Fact, names: Names) -> forms.Field:
    known = names.codes.get(fact)
    if known is None:
        return WordsField(
            label=_("one of"), required=False, max_length=400,
            help_text=_("As it was told at enrolment; several with commas between them."),
        )  # fmt: skip
    widget = forms.SelectMultiple(attrs={"size": min(max(len(known), 2), 8)})
    return forms.MultipleChoiceField(
        label=_("one of"), required=False, choices=list(known.items()), widget=widget
    )


def _day(label: Any) -> forms.Field:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs=_DAY))
