"""Who brought a member, and whom they brought, as far as the reader may see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from members import seeing
from members.models import Member, Referral

_SHOWN = 20


@dataclass(frozen=True)
class Brought:
    """One referral from a member's side; the other one is None where they may not be seen."""

    referral: Referral
    other: Member | None


@dataclass(frozen=True)
class Friends:
    """Who brought a member, if somebody did, and the last twenty whom they brought."""

    came_through: Brought | None
    brought: Sequence[Brought]


def get_friends(*, member: Member, reader: seeing.Somebody) -> Friends:
    """Return a member's referrals, and those of who was merged into them. Three statements."""
    people = Referral.objects.select_related("referrer", "friend")
    came = list(people.of_friend(member).order_by("joined_at", "pk")[:1])
    brought = list(people.of_referrer(member).order_by("-joined_at", "-pk")[:_SHOWN])
    others = {one.referrer_id for one in came} | {one.friend_id for one in brought}
    seen = set[int]()
    if others:
        visible = seeing.visible_to(reader).filter(pk__in=others)
        seen = set(visible.values_list("pk", flat=True))
    return Friends(
        came_through=next((_of(one, one.referrer, seen) for one in came), None),
        brought=[_of(one, one.friend, seen) for one in brought],
    )


def _of(referral: Referral, other: Member, seen: set[int]) -> Brought:
    return Brought(referral, other if other.pk in seen else None)
