"""A basket to try rules on, as staff make it up."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils.translation import gettext_lazy as _

from loyalty.core import zones
from loyalty.programmes.circumstances import CHANNELS, Names
from loyalty.programmes.counters import Counters, Used
from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.occasions import Basket, Line, MemberFacts, Occasion
from loyalty.programmes.terms import Event, Kind, Limits, When

ROWS = (1, 2, 3)
_COLUMNS = ("category", "sku", "brand", "tag", "quantity", "amount")
_KINDS = [(Kind.PERSON.value, _("person")), (Kind.COMPANY.value, _("company"))]
_MOST = 1_000_000
_AN_HOUR = time(12)
_HAD = ("had_points", "had_times")


_CIRCUMSTANCES = (
    "tier", "kind", "segment", "in_household", "plan", "visit", "carried", *_HAD, "is_birthday",
    "has_agreed", "store", "till", "channel", "means", "paid", "tax", "day", "hour",
)  # fmt: skip


def _code(label: Any) -> forms.ChoiceField:
    """Return a field in which a code is chosen; its choices come with the form's names."""
    return forms.ChoiceField(label=label, required=False)


def _row() -> dict[str, forms.Field]:
    return {
        "category": _code(_("category")),
        "sku": forms.CharField(label=_("SKU"), required=False, max_length=60),
        "brand": forms.CharField(label=_("brand"), required=False, max_length=60),
        "tag": forms.SlugField(label=_("tag"), required=False),
        "quantity": forms.DecimalField(
            label=_("quantity"), required=False, min_value=0, decimal_places=3
        ),
        "amount": AmountField(label=_("amount"), required=False, max_value=_MOST),
    }


_Rows: Any = type(
    "_Rows",
    (forms.Form,),
    {f"{name}_{row}": field for row in ROWS for name, field in _row().items()},
)


class SampleForm(InCurrency, _Rows):  # type: ignore[misc]  # made of as many rows as there are
    """A purchase that nobody made: up to three lines, who buys, where and when."""

    tier = _code(_("tier of the member"))
    is_birthday = forms.BooleanField(label=_("on their birthday"), required=False)
    kind = forms.ChoiceField(label=_("sort of member"), choices=_KINDS, required=False)
    segment = _code(_("segment"))
    in_household = forms.BooleanField(label=_("in a household"), required=False)
    plan = _code(_("membership plan"))
    has_agreed = forms.BooleanField(label=_("agreed to offers"), required=False)
    visit = forms.IntegerField(label=_("their purchase number"), required=False, min_value=1)
    tax = AmountField(label=_("tax in it"), required=False, min_value=0)
    means = forms.SlugField(label=_("paid by"), required=False)
    paid = AmountField(label=_("of which"), required=False, min_value=0)
    till = forms.CharField(label=_("till"), required=False, max_length=40)
    store = _code(_("store"))
    channel = forms.SlugField(label=_("channel"), required=False, initial="store")
    had_points = forms.IntegerField(
        label=_("points that the member had of this rule"), required=False, min_value=0
    )
    had_times = forms.IntegerField(
        label=_("awards that the member had of it"), required=False, min_value=0
    )
    day = forms.DateField(label=_("day"), required=False, widget=AdminDateWidget)
    hour = forms.TimeField(
        label=_("hour"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    carried = AmountField(label=_("carried over from before"), required=False, min_value=0)

    # What there is to choose from, set by the door on the class: a form asks no database.
    names: Names

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("tier", self.names.tiers)
        self._choose("store", self.names.stores)
        self._choose("segment", self.names.segments)
        self._choose("plan", self.names.plans)
        for row in ROWS:
            self._choose(f"category_{row}", self.names.categories)
            for name in _COLUMNS:
                field = self.fields[f"{name}_{row}"]
                # The table's heads say it to who sees them.
                said = {"label": field.label, "row": row}
                field.widget.attrs["aria-label"] = _("%(label)s, line %(row)d") % said

    def _choose(self, name: str, names: Mapping[str, str]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [("", "–"), *names.items()]

    # Properties

    @property
    def rows(self) -> Iterator[list[forms.BoundField]]:
        """Yield the fields of each line of the basket."""
        for row in ROWS:
            yield [self[f"{name}_{row}"] for name in _COLUMNS]

    @property
    def circumstances(self) -> Iterator[forms.BoundField]:
        """Yield the fields about who buys, where and when."""
        return (self[name] for name in _CIRCUMSTANCES)

    def occasion(
        self,
        *,
        at: datetime,
        zone: ZoneInfo,
        rules: Iterable[str],
        when: When,
        audiences: Iterable[str] = (),
    ) -> Occasion:
        """Return the purchase, or what else a rule speaks of, as the rules, by code, see it.

        Now where no moment was chosen. Who buys is of the audiences that the rule is for.
        """
        said = self.cleaned_data
        moment = at
        if said["day"] or said["hour"]:
            day = said["day"] or zones.business_day(moment=at, zone=zone)
            moment = datetime.combine(day, said["hour"] or _AN_HOUR, tzinfo=zone)
        day = zones.business_day(moment=moment, zone=zone)
        return Occasion(
            name=when.event,
            custom=when.custom,
            at=moment,
            day=day,
            basket=self._basket() if when.event is Event.PURCHASE else None,
            member=MemberFacts(
                tier=said["tier"] or None,
                birthday=(day.month, day.day) if said["is_birthday"] else None,
                enrolled_on=zones.add_months(day=day, months=-12),
                carried=dict.fromkeys(rules, said["carried"] or 0),
                kind=said["kind"] or Kind.PERSON,
                segments=tuple(sorted({said["segment"], *audiences} - {""})),
                in_household=said["in_household"],
                plans=(said["plan"],) if said["plan"] else (),
                consents=tuple(CHANNELS) if said["has_agreed"] else (),
                visits=None if said["visit"] is None else said["visit"] - 1,
            ),
        )

    def counters(self, *, rule: str, limits: Limits, day: date) -> Counters:
        """Return what the member had of the rule that is tried, in whatever period it counts."""
        said = self.cleaned_data
        had = Used(points=said["had_points"] or 0, times=said["had_times"] or 0)
        return Counters(used={(rule, window): had for window in limits.windows(day)})

    def _basket(self) -> Basket:
        said, lines = self.cleaned_data, tuple(self._lines())
        total = max(0, sum(line.amount_cents for line in lines))
        paid = total if said["paid"] is None else said["paid"]
        return Basket(
            total_cents=total,
            lines=lines,
            store=said["store"],
            till=said["till"],
            channel=said["channel"],
            tax_cents=min(total, said["tax"] or 0),
            payments=((said["means"], min(total, paid)),) if said["means"] else (),
        )

    def _lines(self) -> Iterator[Line]:
        said = self.cleaned_data
        for row in ROWS:
            if (amount := said[f"amount_{row}"]) is not None:
                quantity = said[f"quantity_{row}"]
                yield Line(
                    position=row,
                    amount_cents=amount,
                    sku=said[f"sku_{row}"],
                    category=said[f"category_{row}"],
                    brand=said[f"brand_{row}"],
                    tags=(said[f"tag_{row}"],) if said[f"tag_{row}"] else (),
                    quantity=Decimal(1) if quantity is None else quantity,
                )
