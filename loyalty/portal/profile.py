"""What a member types of themselves, and what the page says of them first."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity.codes import LIFE, TRIES
from loyalty.portal.card import spelled
from members import contacting, correcting, enrolling, showing
from members.correcting import Identity
from members.models import Member

MINUTES = int(LIFE.total_seconds() // 60)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Who is signed in, as they would say it themselves."""

    name: str
    card: str
    since: datetime
    email: str
    phone: str


def get_profile(*, member: Member) -> Profile:
    """Return what the page says first. One statement."""
    card = showing.get_card(member=member)
    phone = member.phone or member.phone_claimed
    return Profile(
        name=f"{member.first_name} {member.last_name}".strip(),
        card=spelled(card.number) if card else "",
        since=member.enrolled_at,
        email=member.email or "",
        phone=phone.as_national if phone else "",
    )


class ProfileForm(forms.Form):
    """What a member changes at once. Their addresses have pages of their own."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    birth_day = forms.TypedChoiceField(
        label=_("Day"),
        required=False,
        choices=[("", "–"), *((day, str(day)) for day in range(1, 32))],
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"autocomplete": "bday-day"}),
    )
    birth_month = forms.TypedChoiceField(
        label=_("Month"),
        required=False,
        choices=[("", "–"), *MONTHS.items()],
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"autocomplete": "bday-month"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, member: Member, **options: Any) -> None:
        super().__init__(*args, **options)
        self.member = member

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            enrolling.birthday_of(self.birthday)
        except Refusal as refusal:
            self.add_error("birth_day", str(refusal.errors[0].detail))
            return cleaned
        if self.birthday and correcting.had_other_birthday(
            member=self.member, birthday=self.birthday
        ):
            # It earns points: one that moves would be celebrated every week.
            said = _("You have told us another day before. Ask in store to have it put right.")
            self.add_error("birth_day", said)
        return cleaned

    # Properties

    @property
    def birthday(self) -> tuple[int, int] | None:
        month = self.cleaned_data.get("birth_month")
        day = self.cleaned_data.get("birth_day")
        return (month or 0, day or 0) if month or day else None

    def identity(self, member: Member) -> Identity:
        """Return who they are from now on; their addresses stay as they are."""
        return replace(
            correcting.identity_of(member),
            first_name=self.cleaned_data["first_name"],
            last_name=self.cleaned_data["last_name"],
            birthday=self.birthday,
            language=self.cleaned_data["language"],
        )


def filled(member: Member) -> dict[str, Any]:
    """Return what the form shows before anybody types."""
    names = ("first_name", "last_name", "birth_day", "birth_month", "language")
    return {name: getattr(member, name) for name in names}


class EmailForm(forms.Form):
    """A new e-mail. Whether somebody has it already is not said here."""

    value = forms.CharField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class PhoneForm(forms.Form):
    """A new phone, or none."""

    value = forms.CharField(
        label=_("New phone number"),
        max_length=40,
        required=False,
        help_text=_("Leave it empty to have your number removed."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )


FORMS: dict[str, type[forms.Form]] = {contacting.EMAIL: EmailForm, contacting.PHONE: PhoneForm}


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=_("Six-digit code"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def tell_wrong(self, *, left: int) -> None:
        """Say that the code is not right, and how often one may still try."""
        if left:
            said = _("This code is not right. You can still try %(left)d times of %(tries)d.")
            self.add_error("code", said % {"left": left, "tries": TRIES})
        else:
            self.add_error("code", _("This code is good no more. Ask for another one."))
