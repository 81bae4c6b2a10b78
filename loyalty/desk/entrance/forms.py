"""What staff type to enter, and to enter again."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.utils.translation import gettext_lazy as _


class StaffForm(AdminAuthenticationForm):
    """Address and password. What was wrong of the two stays unsaid."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("This address and this password do not open the desk."),
    }


class FactorForm(forms.Form):
    """An authenticator's code, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class KeyForm(forms.Form):
    """What a browser answers for a passkey; a script fills it in."""

    name = forms.CharField(label=_("Name of the passkey"), max_length=60, required=False)
    credential = forms.JSONField(widget=forms.HiddenInput)


class AgainForm(forms.Form):
    """The password, or a code, of somebody who is signed in."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("password") and not cleaned.get("code"):
            self.add_error("password", _("Type your password or a code."))
        return cleaned
