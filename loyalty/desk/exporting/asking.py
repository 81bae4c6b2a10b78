"""What of a list is asked for: a form with the filters that the list knows."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.desk.exporting.lists import STATES, Asked, Sort
from loyalty.programmes.models import Segment, Store, Tier
from members.models import ConsentChannel

_DAY = {"type": "date"}


class ExportForm(forms.Form):
    """Filters of a list, and what the file looks like."""

    store = forms.ModelChoiceField(
        Store.objects.none(), label=_("Store"), required=False, to_field_name="code",
        empty_label=_("all"),
    )  # fmt: skip
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=_DAY))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs=_DAY))
    state = forms.ChoiceField(label=_("State"), required=False)
    tier = forms.ModelChoiceField(
        Tier.objects.none(), label=_("Tier"), required=False, to_field_name="code",
        empty_label=_("all"),
    )  # fmt: skip
    segment = forms.ModelChoiceField(
        Segment.objects.none(), label=_("Segment"), required=False, to_field_name="code",
        empty_label=_("all"),
        help_text=_("Only to write to its members: say by which channel."),
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("To write to them by"),
        required=False,
        choices=[("", _("no: not to write to them")), *ConsentChannel.choices],
        help_text=_("Only those who agreed to offers and news by it, and whose answer is in"
                    " force."),
    )  # fmt: skip
    file_format = forms.ChoiceField(
        label=_("Format"),
        choices=[("csv", "CSV"), ("xlsx", "Excel (.xlsx)")],
        widget=forms.RadioSelect,
        initial="csv",
    )
    has_codes = forms.BooleanField(label=_("Name columns by codes, for machines"), required=False)

    def __init__(
        self, *args: Any, sort: Sort, stores: QuerySet[Store] | None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        known = (Store.objects.all() if stores is None else stores).order_by("name")
        cast("forms.ModelChoiceField[Store]", self.fields["store"]).queryset = known
        tiers = Tier.objects.order_by("ladder", "rank")
        cast("forms.ModelChoiceField[Tier]", self.fields["tier"]).queryset = tiers
        segments = Segment.objects.order_by("code")
        cast("forms.ModelChoiceField[Segment]", self.fields["segment"]).queryset = segments
        states = list(STATES.get(sort.code, ()))
        cast("forms.ChoiceField", self.fields["state"]).choices = states
        if sort.code == "lost":
            # A list to write to somebody by: there is none of who did not agree.
            channel = cast("forms.ChoiceField", self.fields["channel"])
            channel.choices, channel.required = list(ConsentChannel.choices), True
        for name in ("store", "since", "until", "state", "tier", "segment", "channel"):
            if name not in sort.filters:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))
        if cleaned.get("segment") and not cleaned.get("channel"):
            self.add_error(
                "channel", _("A segment leaves only with a channel: of those who agreed.")
            )
        return cleaned

    # Properties

    @property
    def asked(self) -> Asked:
        said = self.cleaned_data
        names = ("store", "since", "until", "state", "tier", "segment", "channel")
        return Asked(**{name: said[name] for name in names if said.get(name)})
