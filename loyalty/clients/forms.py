from ipaddress import ip_network
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.clients.models import Client, Scope

LIMITS = ("calls_a_minute", "calls_a_day", "misses_allowed", "earned_a_day", "spent_a_day")


class NetworksField(forms.CharField):
    """Networks, one a line, as CIDR; a single address is a network of its own."""

    default_error_messages = {"network": _("This is not an address or a network: %(line)s")}

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        networks = []
        for line in str(value or "").split():
            try:
                networks.append(str(ip_network(line)))
            except ValueError:
                words = self.error_messages["network"]
                raise forms.ValidationError(words, "network", {"line": line}) from None
        return networks


class ClientForm(forms.ModelForm[Client]):
    """A client as staff register it: its scopes are ticked, not typed."""

    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    addresses = NetworksField(
        label=_("It calls from"),
        help_text=_("Addresses or networks, one a line: 192.0.2.0/24. Empty: from anywhere."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    class Meta:
        model = Client
        fields = ("name", "store", "scopes", "is_active", "addresses", *LIMITS)
