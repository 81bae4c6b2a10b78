"""What can be done to a member from their page. Each leads to a page that asks once.

A page that is built elsewhere is listed by its name: it shows as soon as it is there, to who
has the permission.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import User
from members.models import Member, MemberState

_ANY = frozenset(MemberState) - {MemberState.MERGED}
_OPEN = frozenset({MemberState.ACTIVE, MemberState.BLOCKED})


@dataclass(frozen=True)
class Action:
    """One thing to do: the page that asks, its icon, and whether it destroys something."""

    title: str
    icon: str
    url: str
    is_grave: bool


@dataclass(frozen=True)
class _Offer:
    """When an action is offered: in which states, and to whoever has one of the permissions."""

    page: str
    title: Promise
    icon: str
    needed: tuple[str, ...]
    states: frozenset[MemberState] = _OPEN
    is_grave: bool = False
    fits: Callable[[Member], bool] = lambda _member: True


_CHANGE = ("members.change_member",)
_MERGE = ("members.merge_member",)
_OFFERS = (
    _Offer("members_member_identity", _("Correct identity"), "pencil", _CHANGE),
    _Offer("member_adjust", _("Adjust points"), "coins", ("members.adjust_points",)),
    _Offer("member_tier", _("Give a tier"), "award", ("members.give_tier",)),
    _Offer(
        "member_tier_withdraw",
        _("Take the given tier back"),
        "undo-2",
        ("members.give_tier",),
        fits=lambda member: member.given_tier_id is not None,
    ),
    _Offer("member_request", _("New request"), "message-circle", ("members.change_case",)),
    _Offer("member_block", _("Block"), "ban", _CHANGE, frozenset({MemberState.ACTIVE})),
    _Offer("member_unblock", _("Unblock"), "lock-open", _CHANGE, frozenset({MemberState.BLOCKED})),
    _Offer("member_close", _("Close the membership"), "log-out", _CHANGE, is_grave=True),
    _Offer("member_merge", _("Merge"), "users", _MERGE, frozenset({MemberState.ACTIVE})),
    _Offer(
        "member_unmerge", _("Undo the merge"), "undo-2", _MERGE, frozenset({MemberState.MERGED})
    ),
    _Offer("member_export", _("Export their data"), "download", ("members.export_members",), _ANY),
    _Offer("member_erase", _("Erase"), "trash-2", ("members.erase_member",), _ANY, is_grave=True),
)


def get_actions(*, member: Member, reader: User | AnonymousUser) -> list[Action]:
    """Return what the reader may do to a member now."""
    return list(_offered(member, reader))


def _offered(member: Member, reader: User | AnonymousUser) -> Iterator[Action]:
    for offer in _OFFERS:
        if member.state not in offer.states or not offer.fits(member):
            continue
        if not any(map(reader.has_perm, offer.needed)):
            continue
        try:
            url = reverse(f"admin:{offer.page}", args=[member.pk])
        except NoReverseMatch:
            continue
        yield Action(str(offer.title), offer.icon, url, offer.is_grave)
