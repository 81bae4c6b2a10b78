"""How often one member may have a reward: ever, or within so many days, today included."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from loyalty.core import zones
from loyalty.core.refusals import Refusal
from loyalty.programmes.rulebook import Rulebook
from members.models import Member
from rewards.models import Redemption, Reward


class RewardLimitReached(Refusal):
    """`limit` is how many they may have; `resets_at` when they may again, if ever."""

    code = "reward-limit-reached"
    title = _("This reward has been taken as often as one member may.")


def check_limit(*, member: Member, reward: Reward, at: datetime, book: Rulebook) -> None:
    """Refuse a member who has had as many as they may. Cancelled ones do not count.

    Ask under the lock of the holder's accounts: two at once would both find room. Raises
    RewardLimitReached.
    """
    if reward.limit_count is None:
        return
    reached = get_reached(member=member, rewards=[reward], at=at, book=book)
    if reward.pk in reached:
        raise RewardLimitReached(
            reward=reward.public_id, limit=reward.limit_count, resets_at=reached[reward.pk]
        )


def get_reached(
    *, member: Member, rewards: Iterable[Reward], at: datetime, book: Rulebook
) -> Mapping[int, datetime | None]:
    """Return the rewards of which the member can have no more, and from when they can again.

    One statement, and none where no reward has a limit.
    """
    reached = get_reached_by(members=[member], rewards=rewards, at=at, book=book)
    return {reward: resets_at for (_member, reward), resets_at in reached.items()}


def get_reached_by(
    *, members: Iterable[Member], rewards: Iterable[Reward], at: datetime, book: Rulebook
) -> dict[tuple[int, int], datetime | None]:
    """Return, by member and reward, what `get_reached` returns of one. As many statements."""
    limited = {reward.pk: reward for reward in rewards if reward.limit_count is not None}
    taken: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    if limited:
        rows = Redemption.objects.standing().filter(member__in=members, reward__in=limited)
        newest_first = rows.order_by("-redeemed_at")
        for who, what, moment in newest_first.values_list("member", "reward", "redeemed_at"):
            taken[who, what].append(moment)
    return {
        (who, what): _resets_at(limited[what], moments, book=book)
        for (who, what), moments in taken.items()
        if _is_reached(limited[what], moments, at=at, book=book)
    }


def _is_reached(reward: Reward, moments: list[datetime], *, at: datetime, book: Rulebook) -> bool:
    since = _counted_since(reward, at=at, book=book)
    counted = [moment for moment in moments if since is None or moment >= since]
    return len(counted) >= (reward.limit_count or 0)


def _counted_since(reward: Reward, *, at: datetime, book: Rulebook) -> datetime | None:
    if reward.limit_days is None:
        return None
    first = book.business_day(at) - timedelta(days=reward.limit_days - 1)
    return zones.start_of_day(day=first, zone=book.zone)


def _resets_at(reward: Reward, moments: list[datetime], *, book: Rulebook) -> datetime | None:
    """Return when the oldest of the last so many no longer counts. `moments` are newest first."""
    if reward.limit_days is None or reward.limit_count is None:
        return None
    oldest = book.business_day(moments[reward.limit_count - 1])
    return zones.start_of_day(day=oldest + timedelta(days=reward.limit_days), zone=book.zone)
