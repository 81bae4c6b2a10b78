"""Who shares points with a member, who asked them to, and what leaving would take along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.ledger import balances
from loyalty.ledger.models import Account
from loyalty.programmes.models import HouseholdRule
from loyalty.programmes.rulebook import Rulebook
from members.models import HouseholdStay, Member


class InviteForm(forms.Form):
    """Whom to ask: their card or their address."""

    whom = forms.CharField(
        label=_("their card number or e-mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the household, as the others know them."""

    name: str
    since: date
    is_reader: bool


@dataclass(frozen=True, kw_only=True)
class Home:
    """A household as one who lives in it sees it."""

    people: Sequence[Person]
    points: int
    takes_share: bool
    has_room: bool


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What leaving takes along, and what the household keeps."""

    takes: int
    keeps: int
    is_last: bool
    takes_share: bool


def get_home(*, stay: HouseholdStay, member: Member, at: datetime, book: Rulebook) -> Home:
    """Return a member's household. Four statements, however many are in it."""
    stays = list(_stays_in(stay))
    return Home(
        people=[_person(one, member, book) for one in stays],
        points=_shown(member, at=at, book=book),
        takes_share=stay.rule == HouseholdRule.SHARE,
        has_room=len(stays) < book.household_size,
    )


def get_leaving(*, stay: HouseholdStay, member: Member, at: datetime, book: Rulebook) -> Leaving:
    """Return what a member would take along now."""
    has = balances.get_balances(holder_ids=[member.holder_id], at=at)
    points = has[member.holder_id][book.spending_wallet]
    everything = points.available + points.pending
    is_last = _stays_in(stay).count() == 1
    takes_share = stay.rule == HouseholdRule.SHARE
    takes = everything if is_last else 0
    if takes_share and not is_last:
        account = Account.objects.get(holder=member.holder_id, wallet__code=book.spending_wallet)
        takes = balances.get_share(account=account, earned_by=member.public_id, at=at)
    return Leaving(takes=takes, keeps=everything - takes, is_last=is_last, takes_share=takes_share)


def _stays_in(stay: HouseholdStay) -> "QuerySet[HouseholdStay]":
    stays = HouseholdStay.objects.open().filter(household=stay.household)
    return stays.select_related("member").order_by("since_at", "pk")


def _person(stay: HouseholdStay, reader: Member, book: Rulebook) -> Person:
    return Person(
        name=_name(stay.member),
        since=book.business_day(stay.since_at),
        is_reader=stay.member_id == reader.pk,
    )


def _name(member: Member) -> str:
    """Return what others in a household call somebody: nothing else of who they are is shown."""
    return member.first_name or str(_("Member"))


def _shown(member: Member, *, at: datetime, book: Rulebook) -> int:
    found = balances.get_balances(holder_ids=[member.holder_id], at=at)
    return found[member.holder_id][book.spending_wallet].shown
