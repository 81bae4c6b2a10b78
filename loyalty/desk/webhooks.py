"""Webhooks at the desk: whether each one works, what it was sent last, and sending again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.core import zones
from loyalty.webhooks import announcing
from loyalty.webhooks.models import Delivery, DeliveryState, Endpoint

_SHOWN = 25
_COUNTED = 1_000
_DAY = {"type": "date"}


@dataclass(frozen=True)
class Shown:
    """A webhook with its state: on, failing, off, or stopped by us."""

    endpoint: Endpoint

    @property
    def state(self) -> str:
        if self.endpoint.is_active:
            return "failing" if self.endpoint.failing_since else "on"
        return "stopped" if self.endpoint.off_reason else "off"


@dataclass(frozen=True)
class Page:
    """One webhook: what it hears of, how many wait (as far as they are counted), the last ones."""

    shown: Shown
    events: Sequence[Promise]
    waiting: int
    is_more: bool
    latest: Sequence[Delivery]


class ReplayForm(forms.Form):
    """Which days to send again, by the programme's clock."""

    first = forms.DateField(label=_("first day"), widget=forms.DateInput(_DAY, "%Y-%m-%d"))
    last = forms.DateField(label=_("last day"), widget=forms.DateInput(_DAY, "%Y-%m-%d"))
    is_all = forms.BooleanField(label=_("also what arrived"), required=False)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if "first" in told and "last" in told and told["first"] > told["last"]:
            self.add_error("last", _("The last day is before the first."))
        return told

    def get_span(self, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the moment at which the first day begins, and that at which the last is over."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return zones.start_of_day(day=first, zone=zone), zones.end_of_day(day=last, zone=zone)


def get_all(rows: QuerySet[Endpoint]) -> list[Shown]:
    """Return those in trouble first, then by name."""
    shown = [Shown(endpoint) for endpoint in rows.select_related("store").order_by("name", "pk")]
    return sorted(shown, key=lambda one: one.state not in {"failing", "stopped"})


def get_page(endpoint: Endpoint) -> Page:
    """Return one with its last deliveries, in two statements."""
    rows = Delivery.objects.filter(endpoint=endpoint)
    waiting = rows.filter(state=DeliveryState.WAITING)[: _COUNTED + 1].count()
    return Page(
        shown=Shown(endpoint),
        events=[
            announcing.EVENTS[name].title for name in endpoint.events if name in announcing.EVENTS
        ],
        waiting=min(waiting, _COUNTED),
        is_more=waiting > _COUNTED,
        latest=list(rows.order_by("-occurred_at", "-pk")[:_SHOWN]),
    )
