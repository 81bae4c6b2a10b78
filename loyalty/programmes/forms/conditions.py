"""The conditions of a rule as fields that staff fill in, and as the JSON they say."""

from collections.abc import Mapping
from typing import Any

from babel.dates import get_day_names
from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loyalty.programmes import recurring
from loyalty.programmes.circumstances import CHANNELS
from loyalty.programmes.forms.amounts import AmountField
from loyalty.programmes.forms.lists import LinesField
from loyalty.programmes.models import Category, Plan, Segment, Store, Tier
from loyalty.programmes.terms import Event, Holds, Kind, When

_EVENTS = [
    (Event.PURCHASE.value, _("a purchase")),
    (Event.ENROLMENT.value, _("the enrolment")),
    (Event.BIRTHDAY.value, _("the birthday")),
    (Event.ANNIVERSARY.value, _("each year in the programme")),
    (Event.PROFILE.value, _("a complete profile")),
    (Event.REFERRAL.value, _("a friend who joined")),
    (Event.REFERRED.value, _("joining through a friend")),
    (Event.SURVEY.value, _("an answered survey")),
    (Event.CUSTOM.value, _("an event of your own")),
]
_HOLDS = [
    (Holds.ANY.value, _("at least one of them")),
    (Holds.ALL.value, _("all of them")),
    (Holds.NONE.value, _("none of them")),
]
_KINDS = [
    ("", _("any")),
    (Kind.PERSON.value, _("persons")),
    (Kind.COMPANY.value, _("companies")),
]
_PLACES = [
    ("", _("any")),
    ("1", _("first")),
    ("2", _("second")),
    ("3", _("third")),
    ("4", _("fourth")),
    ("-1", _("last")),
]
_AS_SAID = (
    "custom",
    "minimum_quantity",
    "member_for_days",
    "birthday_within_days",
    "channels",
    "payment_means",
    "skus",
    "excluded_skus",
    "brands",
    "excluded_brands",
    "tags",
    "excluded_tags",
    "tills",
    "sources",
    "without_tax",
    "kind",
    "consents",
    "nth_visit",
    "in_household",
)
_CODES = ("stores", "categories", "excluded_categories", "tiers", "segments", "plans")


def _weekdays() -> list[tuple[str, str]]:
    names = get_day_names("wide", locale=(get_language() or "fr").replace("-", "_"))
    return [(str(day), names[day - 1]) for day in range(1, 8)]


def _codes(
    model: type[Store | Category | Tier | Segment | Plan], label: Any
) -> forms.ModelMultipleChoiceField[Any]:
    """Return a field in which codes are chosen by the name of what they mean."""
    return forms.ModelMultipleChoiceField(
        queryset=model._default_manager.order_by("code"),
        to_field_name="code",
        required=False,
        label=label,
    )


def _count(label: Any, *, least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least)


def _time(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget)


class ConditionFields(forms.Form):
    """When a rule applies. What is left empty is no condition."""

    event = forms.ChoiceField(label=_("Given for"), choices=_EVENTS)
    custom = forms.SlugField(
        label=_("called"), required=False, max_length=40,
        help_text=_("As whoever tells it through the API calls it."),
    )  # fmt: skip
    minimum_basket = AmountField(label=_("from a basket of"), required=False, min_value=0)
    maximum_basket = AmountField(label=_("up to a basket of"), required=False, min_value=0)
    without_tax = forms.BooleanField(label=_("its tax not counted"), required=False)
    categories = _codes(Category, _("on the categories, and what is inside them"))
    skus = LinesField(label=_("on the SKUs"))
    brands = LinesField(label=_("on the brands"))
    tags = LinesField(label=_("on products tagged"))
    holds = forms.ChoiceField(label=_("the basket holds"), choices=_HOLDS, required=False)
    minimum_quantity = _count(_("from units"))
    excluded_categories = _codes(Category, _("but never on the categories"))
    excluded_skus = LinesField(label=_("nor on the SKUs"))
    excluded_brands = LinesField(label=_("nor on the brands"))
    excluded_tags = LinesField(label=_("nor on products tagged"))
    stores = _codes(Store, _("at the stores"))
    tills = LinesField(label=_("at the tills"))
    channels = LinesField(label=_("through the channels"))
    payment_means = LinesField(label=_("paid by"))
    tiers = _codes(Tier, _("for the tiers"))
    kind = forms.ChoiceField(label=_("for"), choices=_KINDS, required=False)
    segments = _codes(Segment, _("for the segments"))
    in_household = forms.BooleanField(label=_("for members of a household"), required=False)
    plans = _codes(Plan, _("who pay for the plans"))
    consents = forms.MultipleChoiceField(
        label=_("who agreed to offers by"),
        choices=list(CHANNELS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    nth_visit = forms.IntegerField(
        label=_("on their purchase number"), required=False, min_value=1,
        help_text=_("1 is the first."),
    )  # fmt: skip
    sources = LinesField(label=_("who came through"))
    member_for_days = _count(_("member for days"))
    birthday_within_days = _count(_("days around the birthday"), least=0)
    from_day = forms.DateField(label=_("from"), required=False, widget=AdminDateWidget)
    to_day = forms.DateField(label=_("to"), required=False, widget=AdminDateWidget)
    weekdays = forms.MultipleChoiceField(
        label=_("on the weekdays"),
        choices=_weekdays,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_time = _time(_("from the hour"))
    to_time = _time(_("to the hour"))
    nth = forms.ChoiceField(
        label=_("on one weekday of each month"), choices=_PLACES, required=False
    )
    nth_weekday = forms.ChoiceField(
        label=_("weekday"), choices=lambda: [("", "–"), *_weekdays()], required=False
    )
    recurrence = forms.CharField(
        label=_("or on other days that come again"),
        required=False,
        max_length=recurring.MOST_LETTERS,
        help_text=_("By RFC 5545: FREQ=MONTHLY;BYMONTHDAY=15 is the 15th of each month."),
    )

    def clean_nth_weekday(self) -> str:
        """Ask for the weekday when its place in the month is said, and for neither alone."""
        weekday = str(self.cleaned_data["nth_weekday"])
        if bool(weekday) != bool(self.cleaned_data.get("nth")):
            raise ValidationError(_("Choose both which one and which weekday."), "missing")
        return weekday

    def clean_recurrence(self) -> str:
        """Say the chosen weekday of each month as a recurrence."""
        written = "".join(str(self.cleaned_data["recurrence"]).split()).upper()
        place, weekday = self.cleaned_data.get("nth"), self.cleaned_data.get("nth_weekday")
        if not (place and weekday):
            return written
        if written:
            raise ValidationError(_("Choose one of the two."), "one-of-two")
        return recurring.of_nth_weekday(place=int(place), weekday=int(weekday))


def when_of(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions as JSON; what is wrong in it is for publishing to refuse."""
    said: dict[str, Any] = {name: cleaned[name] for name in _AS_SAID}
    said |= {name: [row.code for row in cleaned[name]] for name in _CODES}
    said |= {
        "event": cleaned["event"],
        "minimum_basket_cents": cleaned["minimum_basket"],
        "maximum_basket_cents": cleaned["maximum_basket"],
        "holds": cleaned["holds"],
        "recurrence": cleaned["recurrence"],
        "from_day": _iso(cleaned["from_day"]),
        "to_day": _iso(cleaned["to_day"]),
        "from_time": _clock(cleaned["from_time"]),
        "to_time": _clock(cleaned["to_time"]),
        "weekdays": [int(day) for day in cleaned["weekdays"]],
    }
    if said["holds"] == Holds.ANY.value:
        del said["holds"]
    return {name: value for name, value in said.items() if value not in (None, [], "", False)}


def initial_of_when(when: When) -> dict[str, Any]:
    """Return the fields that say what conditions say, for whoever changes them."""
    initial = vars(when) | {
        "minimum_basket": when.minimum_basket_cents,
        "maximum_basket": when.maximum_basket_cents,
        "weekdays": [str(day) for day in when.weekdays],
    }
    if found := recurring.nth_weekday(recurrence=when.recurrence):
        place, weekday = found
        initial |= {"recurrence": "", "nth": str(place), "nth_weekday": str(weekday)}
    return initial


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _clock(moment: Any) -> str | None:
    return moment.strftime("%H:%M") if moment is not None else None
