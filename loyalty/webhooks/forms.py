from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.webhooks import announcing, registering
from loyalty.webhooks.addresses import DestinationRefused
from loyalty.webhooks.models import Endpoint
from loyalty.webhooks.registering import EventNotOffered, EventOfNoStore


class EndpointForm(forms.ModelForm[Endpoint]):
    """A webhook as staff register it: its events are ticked, not typed."""

    events = forms.MultipleChoiceField(
        label=_("It hears of"),
        choices=announcing.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A store’s webhook hears of purchases and returns alone."),
    )

    class Meta:
        model = Endpoint
        fields = ("name", "url", "store", "events", "is_active")
        help_texts = {
            "url": _("It begins with https:// and a public name, such as hooks.example.org."),
            "store": _("Empty: the whole programme."),
        }

    def clean(self) -> dict[str, Any]:
        """Say beside each field what would be refused."""
        told: dict[str, Any] = super().clean() or {}
        if "url" not in told or "events" not in told:
            return told
        try:
            registering.check(url=told["url"], events=told["events"], store=told.get("store"))
        except DestinationRefused as refusal:
            self.add_error("url", str(refusal.detail))
        except (EventNotOffered, EventOfNoStore) as refusal:
            self.add_error("events", str(refusal.detail))
        return told
