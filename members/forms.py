"""What staff type of a member: read as the till's words are, told where it is wrong."""

from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal, ValidationFailed
from members import enrolling, identifying, opening
from members.correcting import Identity
from members.models import CaseSettings, Member

IDENTIFIERS = ("email", "phone", "external_id", "card")


class MemberForm(forms.ModelForm[Member]):
    """A newcomer, or who somebody is. The capabilities do the writing."""

    email = forms.CharField(label=_("e-mail"), required=False)
    phone = forms.CharField(label=_("phone"), required=False)
    external_id = forms.CharField(label=_("external id"), required=False, max_length=80)
    birth_month = forms.TypedChoiceField(
        label=_("month of birth"),
        required=False,
        choices=[("", "–"), *MONTHS.items()],
        coerce=int,
        empty_value=None,
    )
    card = forms.CharField(
        label=_("printed card"),
        required=False,
        help_text=_("Without one, a number is made."),
    )

    class Meta:
        model = Member
        fields = ("first_name", "last_name", "birth_month", "birth_day", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("email", "phone", "external_id"):
                self.initial.setdefault(name, getattr(self.instance, name) or "")
            # What the page showed comes back with it: only what was changed there is written,
            # however long it was open.
            for field in self.fields.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = (super().clean() or {}) | self._kept()
        given = {name: cleaned.get(name) for name in IDENTIFIERS}
        try:
            kept = identifying.normalised(given)
            enrolling.check_free(identifiers=self._new(kept))
            enrolling.birthday_of(self.birthday)
        except Refusal as refusal:
            self._tell(refusal)
            return cleaned
        return cleaned | {name: kept.get(name) for name in IDENTIFIERS}

    @property
    def birthday(self) -> tuple[int, int] | None:
        month = self.cleaned_data.get("birth_month")
        day = self.cleaned_data.get("birth_day")
        return (month or 0, day or 0) if month or day else None

    @property
    def identity(self) -> Identity:
        said = self.cleaned_data
        return Identity(
            first_name=said["first_name"],
            last_name=said["last_name"],
            email=said["email"],
            phone=said["phone"],
            external_id=said["external_id"],
            birthday=self.birthday,
            language=said["language"],
        )

    def _kept(self) -> dict[str, Any]:
        """Return what nobody changed on the page, as it is now."""
        if not self.instance.pk:
            return {}
        names = set(self.fields) & set(self.initial) - set(self.changed_data)
        return {name: self.initial[name] for name in names}

    def _new(self, kept: dict[str, str]) -> dict[str, str]:
        """Return the identifiers that are not the member's own already."""
        own = {name: str(self.initial.get(name, "")) for name in IDENTIFIERS}
        return {name: value for name, value in kept.items() if value != own[name]}

    def _tell(self, refusal: Refusal) -> None:
        fields = {"/birthday": "birth_day"}
        for error in refusal.errors:
            self.add_error(fields.get(error.pointer, error.pointer[1:]), str(error.detail))
        if not refusal.errors or (not isinstance(refusal, ValidationFailed) and not self.errors):
            self.add_error(None, str(refusal.detail))

    def _post_clean(self) -> None:
        """Leave the instance alone: capabilities write members, from what was read here."""


class CaseSettingsForm(forms.ModelForm[CaseSettings]):
    """When requests are answered: some days of the week, without those of a list."""

    class Meta:
        model = CaseSettings
        fields = ("weekdays", "opens_at", "closes_at", "answer_hours", "holidays")

    def clean_weekdays(self) -> str:
        days = sorted(set(self.cleaned_data["weekdays"]))
        if not set(days) <= set("1234567"):
            raise forms.ValidationError(_("Days are numbers from 1 to 7."))
        return "".join(days)

    def clean_holidays(self) -> str:
        try:
            days = sorted(set(opening.days_in(self.cleaned_data["holidays"])))
        except ValueError:
            raise forms.ValidationError(_("Write one day a line, as 2026-12-25.")) from None
        return "\n".join(day.isoformat() for day in days)
