"""What people type to join and to sign in, read as the till's words are."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from members import codes, consent_texts, enrolling, identifying
from members.consenting import Said
from members.referring import ReferralCodeUnknown

_WHERE = "join"
_IDENTIFIERS = ("email", "phone", "card")


class AddressForm(forms.Form):
    """Whoever signs in says to which address the code goes."""

    email = forms.CharField(
        label=_("e-mail address"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"}
        ),
    )

    def clean_email(self) -> str:
        return _read_email(self.cleaned_data["email"])


class CodeForm(forms.Form):
    """Six digits, with or without spaces."""

    code = forms.CharField(
        label=_("code of 6 digits"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class JoinForm(forms.Form):
    """Somebody who wants to join. Nothing here asks whether an address is a member's."""

    first_name = forms.CharField(
        label=_("first name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("last name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = forms.CharField(
        label=_("e-mail address"),
        max_length=254,
        help_text=_("We send a code there, now and each time you sign in."),
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"}
        ),
    )
    phone = forms.CharField(
        label=_("phone"),
        max_length=40,
        required=False,
        help_text=_("So that the till finds you without your card."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    birth_day = forms.TypedChoiceField(
        label=_("day"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *((day, str(day)) for day in range(1, 32))],
    )
    birth_month = forms.TypedChoiceField(
        label=_("month"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *MONTHS.items()],
    )
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)
    card = forms.CharField(
        label=_("number of your printed card"),
        max_length=60,
        required=False,
        help_text=_("If you were given one in store. Without it you get a card on your phone."),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
    )
    referral_code = forms.CharField(
        label=_("a friend's referral code"),
        max_length=40,
        required=False,
        help_text=_("Nine characters, if a member gave you theirs: both of you get something."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    is_old_enough = forms.BooleanField(
        label=_("I am 15 or older"),
        error_messages={"required": _("Under 15, a parent joins for you, in store.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["language"].initial = (get_language() or "fr")[:2]
        for text in _texts():
            self.fields[f"consent_{text.version}"] = forms.BooleanField(
                label=text.words(language=get_language() or "fr"), required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            kept = identifying.normalised({name: cleaned.get(name) for name in _IDENTIFIERS})
            enrolling.birthday_of(self._birthday())
        except Refusal as refusal:
            self.tell(refusal)
            return cleaned
        return cleaned | {name: kept.get(name) for name in _IDENTIFIERS}

    def clean_referral_code(self) -> str:
        """Refuse what is no code; whose it is nobody learns before their address is proved."""
        typed = str(self.cleaned_data["referral_code"])
        if typed and codes.read_said(typed) is None:
            words = str(ReferralCodeUnknown.title)
            raise forms.ValidationError(words, code=ReferralCodeUnknown.code)
        return typed

    def tell(self, refusal: Refusal) -> None:
        """Show what was refused beside the field it is about."""
        names = {"/birthday": "birth_day"}
        for error in refusal.errors:
            self.add_error(names.get(error.pointer, error.pointer[1:]), str(error.detail))

    # Properties

    @property
    def consents(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("consent_")]

    @property
    def answers(self) -> dict[str, str]:
        """What was typed, to be read again once the address is proved."""
        return {name: str(self.data[name]) for name in self.fields if self.data.get(name)}

    @property
    def newcomer(self) -> dict[str, Any]:
        """What `enrolling.enrol` takes. The form is valid."""
        said = self.cleaned_data
        names = ("first_name", "last_name", "email", "phone", "card", "language", "referral_code")
        return {
            **{name: said[name] for name in names},
            "birthday": self._birthday(),
            "consents": [
                Said(
                    channel=text.channel,
                    purpose=text.purpose,
                    is_given=True,
                    text_version=text.version,
                    where=_WHERE,
                )
                for text in _texts()
                # A box that is left alone is no answer.
                if said[f"consent_{text.version}"]
            ],
        }

    def _birthday(self) -> tuple[int, int] | None:
        month = self.cleaned_data.get("birth_month")
        day = self.cleaned_data.get("birth_day")
        return (month or 0, day or 0) if month or day else None


def _texts() -> list[consent_texts.Text]:
    return consent_texts.get_asked_on_enrolling()


def _read_email(typed: str) -> str:
    try:
        return identifying.email(typed)
    except Refusal as refusal:
        raise forms.ValidationError(str(refusal.errors[0].detail)) from refusal
