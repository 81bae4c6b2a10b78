"""Adjusting a member's points from their page: what is typed, and what would come of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.identity.limiting import Allowance
from loyalty.ledger import balances
from loyalty.programmes import books
from members import adjusting, words
from members.models import AdjustmentReason, Member

ADD, REMOVE = "add", "remove"


class AdjustForm(forms.Form):
    """The sign is chosen in words: a minus that was forgotten gives what was to be taken."""

    way = forms.ChoiceField(
        label=_("What to do"),
        choices=[(ADD, _("Add points")), (REMOVE, _("Take points away"))],
        widget=forms.RadioSelect,
        initial=ADD,
    )
    points = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=adjusting.MOST,
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )
    wallet = forms.ChoiceField(label=_("Wallet"))
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *AdjustmentReason.choices]
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=adjusting.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Colleagues read it. It is erased with the member."),
    )
    # Made with the page: pressing twice adjusts once.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any = None, *, wallets: list[tuple[str, str]]) -> None:
        super().__init__(data, initial={"key": ids.new("req")})
        cast("forms.ChoiceField", self.fields["wallet"]).choices = wallets

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == AdjustmentReason.OTHER and not cleaned.get("note"):
            self.add_error("note", _("Say in the note what the reason is."))
        return cleaned

    def tell(self, refusal: Refusal) -> None:
        """Show what a capability refused, beside the field that it is about."""
        for error in refusal.errors:
            self.add_error(error.pointer[1:], str(error.detail))
        if not refusal.errors:
            self.add_error(None, str(refusal.detail))

    # Properties

    @property
    def signed(self) -> int:
        points: int = self.cleaned_data["points"]
        return points if self.cleaned_data["way"] == ADD else -points


@dataclass(frozen=True)
class Foreseen:
    """What an adjustment would do now: posted or waiting, and what the member would have."""

    points: int
    wallet: str
    reason: str
    note: str
    is_posted: bool
    balance: int

    # Properties

    @property
    def taken(self) -> int:
        return -self.points

    @property
    def after(self) -> int:
        return self.balance + self.points


def get_wallets() -> list[tuple[str, str]]:
    """Return the programme's wallets with their names, the one that members spend first."""
    book = books.get_book()
    codes = sorted(book.wallets, key=lambda code: (code != book.spending_wallet, code))
    return [(code, words.of_wallet(code, book=book)) for code in codes]


def get_balance(*, member: Member, wallet: str, at: datetime) -> int:
    """Return what a member has in a wallet."""
    kept = balances.get_balances(holder_ids=[member.holder_id], at=at)
    balance = kept.get(member.holder_id, {}).get(wallet)
    return balance.shown if balance else 0


def foresee(form: AdjustForm, *, member: Member, allowance: Allowance, at: datetime) -> Foreseen:
    """Say what would come of a form that is filled in rightly."""
    said = form.cleaned_data
    return Foreseen(
        points=form.signed,
        wallet=dict(get_wallets())[said["wallet"]],
        reason=str(AdjustmentReason(said["reason"]).label),
        note=said["note"],
        is_posted=allowance.covers(said["points"]),
        balance=get_balance(member=member, wallet=said["wallet"], at=at),
    )
