from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.clients.models import Client, Scope


class ClientForm(forms.ModelForm[Client]):
    """A client as staff register it: its scopes are ticked, not typed."""

    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Client
        fields = ("name", "store", "scopes", "is_active")
