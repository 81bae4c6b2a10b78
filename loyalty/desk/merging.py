"""Merging two memberships: who might be the same, and what would come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.desk.audit.differences import REASONS
from loyalty.identity.models import User
from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import belongings, finding, merging, seeing, uniting, words
from members.models import Card, CardState, Consent, Member, MemberState
from members.uniting import Pair

MOST = 10
_NOTHING = Balance(available=0, pending=0, held=0, debt=0, next_expiry=None)
# What comes along, in the order in which it is told.
_GOES: Mapping[str, Promise] = {
    "members.Card": _("cards"),
    "members.Purchase": _("purchases"),
    "members.Voucher": _("vouchers"),
    "rewards.Redemption": _("rewards taken"),
    "members.MemberNote": _("notes"),
}


def _choices(*codes: str) -> list[tuple[str, object]]:
    return [("", _("Choose a reason")), *((code, REASONS[code]) for code in codes)]


class MergeForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=_choices("duplicate", "member-asked", "other")
    )
    # Made with the page: pressing twice merges once.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"key": ids.new("req")})


class UnmergeForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=_choices("mistake", "member-asked", "other")
    )


@dataclass(frozen=True, kw_only=True)
class Wallet:
    """What the two have in a wallet, and what the one will have."""

    name: str
    own: Balance
    theirs: Balance

    # Properties

    @property
    def after(self) -> int:
        return self.own.shown + self.theirs.shown

    @property
    def held(self) -> int:
        return self.theirs.held


@dataclass(frozen=True, kw_only=True)
class Tiered:
    """A tier as staff read it, and its last day."""

    name: str
    until: date | None

    @classmethod
    def of(cls, code: str | None, until: date | None, *, book: Rulebook) -> Self:
        return cls(name=words.of_tier(book.tier(code) if code else None), until=until)


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What a merge would do now; or why it is refused."""

    refusal: str
    wallets: Sequence[Wallet]
    goes: Sequence[tuple[str, int]]
    tier: Tiered
    tier_after: Tiered
    lost: Sequence[Consent]

    # Properties

    @property
    def has_another_tier(self) -> bool:
        return self.tier != self.tier_after


def get_alike(*, member: Member, reader: User) -> Sequence[Member]:
    """Return members who may be the same person: called the same, or who say the phone is theirs.

    A statement for them and one for their cards.
    """
    alike = Q()
    if member.first_name and member.last_name:
        alike |= Q(last_name=member.last_name, first_name=member.first_name)
    if member.phone_claimed:
        alike |= Q(phone=member.phone_claimed)
    if member.phone:
        alike |= Q(phone_claimed=member.phone)
    return list(_others(member, reader).filter(alike)[:MOST]) if alike else []


def search(*, member: Member, text: str, reader: User) -> Sequence[Member]:
    """Return other members whom a text finds."""
    return list(finding.search(text=text, within=_others(member, reader))[:MOST])


def _others(member: Member, reader: User) -> QuerySet[Member]:
    cards = Card.objects.filter(state=CardState.ACTIVE).order_by("-issued_at", "-pk")
    gone = [MemberState.CLOSED, MemberState.MERGED]
    seen = seeing.visible_to(reader).exclude(state__in=gone).exclude(pk=member.pk)
    shown: QuerySet[Member] = seen.select_related("store").prefetch_related(
        Prefetch("cards", queryset=cards, to_attr="active_cards")
    )
    return shown.order_by("enrolled_at", "pk")


def foresee(*, source: Member, target: Member, reader: User, at: datetime) -> Foreseen:
    """Say what would come of a merge at this moment. Writes nothing."""
    book = books.get_book()
    pair = Pair(source=source, target=target, at=at, book=book)
    moves = uniting.get_moves(pair=pair)
    held = target.tier.code if target.tier else None
    now = Tiered.of(held, target.tier_until, book=book)
    after = moves[-1].after if moves else None
    return Foreseen(
        refusal=_refusal(source, target, reader),
        wallets=_wallets(source, target, at=at, book=book),
        goes=_goes(source),
        tier=now,
        tier_after=Tiered.of(after.tier, after.until, book=book) if after else now,
        lost=[no for _yes, no in uniting.get_lost(source=source, target=target)],
    )


def _refusal(source: Member, target: Member, reader: User) -> str:
    try:
        merging.check(source=source, target=target, user=reader)
    except Refusal as refusal:
        return str(refusal.detail)
    return ""


def _wallets(source: Member, target: Member, *, at: datetime, book: Rulebook) -> list[Wallet]:
    found = balances.get_balances(holder_ids=[source.holder_id, target.holder_id], at=at)
    theirs, own = found.get(source.holder_id, {}), found.get(target.holder_id, {})
    codes = sorted({*theirs, *own}, key=lambda code: (code != book.spending_wallet, code))
    return [
        Wallet(
            name=words.of_wallet(code, book=book),
            own=own.get(code, _NOTHING),
            theirs=theirs.get(code, _NOTHING),
        )
        for code in codes
    ]


def _goes(source: Member) -> list[tuple[str, int]]:
    rows = belongings.count(member=source)
    return [(str(title), rows.get(label, 0)) for label, title in _GOES.items()]
