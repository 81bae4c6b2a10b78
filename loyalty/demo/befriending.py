"""Who of the demo's members came through a friend: a few, the same in every demo."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from random import Random

from loyalty.core import zones
from loyalty.demo import credentials
from loyalty.programmes import books
from members import confirming, referring
from members.models import Member, Referral

DAYS, LEAST_CENTS, MOST = 14, 10_00, 10
# Of those who join so many are brought, some of them by the first member.
_SHARE = 0.012
_OF_THE_FIRST = frozenset({7, 11, 16, 19})
_FIRST = 1


def bring(*, newcomers: Iterable[tuple[int, Member]], members: Mapping[int, Member]) -> None:
    """Let some of those who joined in a month have been brought by who was there before them.

    By the numbers of the story, so that the same are friends whoever comes after.
    """
    for number, friend in newcomers:
        referrer = _choose(number, members)
        if referrer is not None and referrer.enrolled_at < friend.enrolled_at:
            _refer(referrer, friend)


def bring_last(*, number: int) -> None:
    """Let whoever joined last wait as a friend of the member who signs in, if they are two."""
    if number < len(_OF_THE_FIRST):
        return
    first = Member.objects.get(email__startswith=credentials.MEMBER)
    others = Member.objects.active().exclude(pk=first.pk).filter(referral=None)
    last = others.order_by("-enrolled_at", "-pk").first()
    if last is not None and last.enrolled_at > first.enrolled_at:
        _refer(first, last)


def confirm(*, first: date, at: datetime) -> None:
    """Do the referrals of the nights from a day on that are over at a moment, as they were."""
    zone, day = books.get_book().zone, first
    while (midnight := zones.end_of_day(day=day, zone=zone)) <= at:
        if Referral.objects.pending().exists():
            confirming.confirm(day=day, at=midnight, is_historic=True)
        day += timedelta(days=1)


def _choose(number: int, members: Mapping[int, Member]) -> Member | None:
    if number in _OF_THE_FIRST:
        return members.get(_FIRST)
    chance = Random(f"friend:{number}")  # noqa: S311  A story, not a secret.
    if chance.random() >= _SHARE or not members:
        return None
    return members[chance.choice(sorted(members))]


def _refer(referrer: Member, friend: Member) -> None:
    at = friend.enrolled_at
    code = referring.get_code(member=referrer, at=referrer.enrolled_at)
    referring.refer(referrer=referrer, friend=friend, code=code, at=at, is_historic=True)
