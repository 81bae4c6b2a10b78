"""Measures of members and of the programme once more, as plainly as can be. Shares no code."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from tests.analytics import naive
from tests.analytics.naive import divide, first_day, members_of, month_of, within
from tests.analytics.worlds.telling import Raw, day_of

Told = tuple[Any, int | None, int | None]


@dataclass(frozen=True)
class Asked:
    """A period as seen on a day at an instant, and the words of a cut, each by its name."""

    first: date
    last: date
    today: date
    start_at: datetime
    end_at: datetime
    cut: dict[str, Any]

    @property
    def now(self) -> tuple[date, date]:
        return self.first, self.last

    @property
    def as_of(self) -> date:
        return min(self.last, self.today)


class Plain:
    """What the raw rows say of a period and a cut."""

    def __init__(self, raw: Raw, asked: Asked) -> None:
        self.raw, self.asked = raw, asked
        self.whose = self.members_of_cut()
        self.sales = [one for one in raw.sales if one.member in self.whose and self.fits(one)]
        self.back = [one for one in raw.back if one.member in self.whose and self.fits(one)]

    def fits(self, row: Any) -> bool:
        cut = self.asked.cut
        return all(cut[name] == getattr(row, name) for name in ("store", "channel") if name in cut)

    def members_of_cut(self) -> set[int]:
        cut, found = self.asked.cut, {one.pk for one in self.raw.people}
        if "tier" in cut:
            found &= {m for m in found if self.tier_of(m, self.asked.end_at) == cut["tier"]}
        if "segment" in cut:
            at = self.asked.end_at
            found &= {m for m, since, to in self.raw.stays if since < at and not (to and to < at)}
        if "value" in cut:
            best = self.best()
            found = found & best if cut["value"] == "BEST" else found - best
        for one in self.raw.people:
            enrolled = month_of(day_of(one.enrolled_at))
            said = {"kind": one.kind, "source": one.source, "enrolled": enrolled}
            if any(cut[name] != value for name, value in said.items() if name in cut):
                found.discard(one.pk)
        return found

    def tier_of(self, member: int, at: datetime) -> str:
        mine = [(moved_at, tier) for whose, moved_at, tier in self.raw.moves if whose == member]
        return next((tier for moved_at, tier in reversed(mine) if moved_at < at), "")

    def best(self) -> set[int]:
        until = self.asked.as_of
        ever = [one for one in self.raw.sales if one.day <= until]
        back = [one for one in self.raw.back if one.day <= until]
        ranked = sorted(members_of(ever), key=lambda m: (-naive.worth(ever, back, m), m))
        return set(ranked[: ceil(len(ranked) / 5)])

    # Purchases

    def of_purchases(self, lost_after: int) -> dict[str, Told]:
        asked, before = self.asked, naive.before(*self.asked.now, self.asked.today)
        return {
            **naive.retention(self.sales, self.raw.sales, asked.now, before),
            **naive.sales(self.sales, self.back, asked.now),
            **naive.to_date(self.sales, self.back, asked.as_of, lost_after),
            "basket_growth": self.basket_growth(),
            "declining_members": self.declining(),
            "cohort_retention": self.cohort(),
        }

    def basket_growth(self, *, gross: bool = False) -> Told:
        before = naive.before(*self.asked.now, self.asked.today)
        both = [members_of(within(self.sales, *days)) for days in (before, self.asked.now)]
        kept = both[0] & both[1]
        sums = []
        for days in (before, self.asked.now):
            mine = [one for one in within(self.sales, *days) if one.member in kept]
            brought = [] if gross else within(self.back, *days)
            back = [one for one in brought if one.member in kept]
            sums.append((sum(r.cents for r in mine) - sum(r.cents for r in back), len(mine)))
        (old, old_count), (new, new_count) = sums
        if old <= 0:
            return None, new, None
        return Fraction(new, new_count) / Fraction(old, old_count) - 1, new, None

    def rolling(self) -> dict[str, int]:
        until = self.asked.as_of
        return {
            f"last_{days}_days": len(
                members_of(within(self.sales, until - timedelta(days - 1), until))
            )
            for days in (30, 90, 180, 365)
        }

    def declining(self) -> Told:
        is_over = self.asked.last < self.asked.today
        end = month_of(self.asked.as_of + timedelta(1 if is_over else 0))
        starts = [end]
        for _ in range(12):
            starts.append(month_of(starts[-1] - timedelta(1)))
        spans = [(starts[12], starts[6]), (starts[6], starts[0])]
        falling = 0
        for member in members_of(self.sales):
            old, new = (self.spent(member, first, until) for first, until in spans)
            falling += old > 0 and 2 * new < old
        return falling, falling, None

    def spent(self, member: int, first: date, until: date) -> int:
        days = (first, until - timedelta(1))
        mine = within(self.sales, *days)
        bought = any(one.member == member for one in mine)
        return naive.worth(mine, within(self.back, *days), member) if bought else 0

    def cohort(self) -> Told:
        """Of whoever came first in the month before a whole month that is over."""
        asked, inside, kept = self.asked, 0, 0
        over = asked.last + timedelta(1) if asked.last < asked.today else asked.today
        for member in self.whose & members_of(self.raw.sales):
            following = naive.month_after(first_day(self.raw.sales, member))
            if asked.first <= following and naive.month_after(following) <= over:
                inside += 1
                mine = [one.day for one in self.sales if one.member == member]
                kept += any(month_of(on) == following for on in mine)
        return divide(kept, inside), kept, inside

    def participation(self) -> Told:
        known = len(within(self.sales, *self.asked.now))
        loose = [one for one in self.raw.loose if self.fits(one)]
        everything = known + len(within(loose, *self.asked.now))
        return divide(known, everything), known, everything

    def participation_by_revenue(self) -> tuple[Fraction | None, Fraction | None]:
        """Less what was returned, and before that."""
        rows = (self.raw.sales, self.raw.back, self.raw.loose, self.raw.loose_back)
        bought, back, loose, loose_back = (
            sum(one.cents for one in within(some, *self.asked.now) if self.fits(one))
            for some in rows
        )
        total = bought - back + loose - loose_back
        net = Fraction(bought - back, total) if total > 0 else None
        return net, divide(bought, bought + loose)

    def before_returns(self) -> dict[str, Fraction | None]:
        """The basket, the worth of a customer and the best fifth's share as if none came back."""
        now = within(self.sales, *self.asked.now)
        ever = [one for one in self.sales if one.day <= self.asked.as_of]
        back = within(self.back, *self.asked.now)
        ranked = sorted(members_of(now), key=lambda m: (-naive.worth(now, back, m), m))
        best = ranked[: ceil(len(ranked) / 5)]
        spent, everything, of_best = (
            sum(one.cents for one in some)
            for some in (now, ever, [one for one in now if one.member in best])
        )
        return {
            "average_basket": divide(spent, len(now)),
            "clv_historic": divide(everything, len(members_of(ever))),
            "pareto_share": divide(of_best, spent),
            "basket_growth": self.basket_growth(gross=True)[0],
        }

    # The programme

    def of_programme(self) -> dict[str, Told]:
        return {
            "enrolments": self.joined(),
            "tier_distribution": self.count(self.inside()),
            "tier_moves": self.count(self.moved()),
            "loyalty_funnel": self.count(self.ever()),
            "engagement_rate": self.share(self.engaged(), self.inside()),
            "referral_rate": self.share(
                {m for m in self.enrolled() if m in self.raw.friends}, self.enrolled()
            ),
            "first_redemption_rate": self.share(*self.first_redeemed()),
            "redemption_rate": self.redeemed_points(),
            "redemption_frequency": self.redeemed(),
        }

    def joined(self) -> Told:
        """A store is that of the enrolment here, which nobody in these worlds has."""
        return self.count(set() if "store" in self.asked.cut else self.enrolled())

    def closed(self) -> int:
        start, end = self.asked.start_at, self.asked.end_at
        gone = [one.closed_at for one in self.raw.people if one.pk in self.whose and one.closed_at]
        return 0 if "store" in self.asked.cut else sum(start <= at < end for at in gone)

    def count(self, members: set[int]) -> Told:
        return len(members), len(members), None

    def share(self, part: set[int], whole: set[int]) -> Told:
        return divide(len(part), len(whole)), len(part), len(whole)

    def ever(self) -> set[int]:
        end = self.asked.end_at
        return self.whose & {
            one.pk for one in self.raw.people if not one.is_merged and one.enrolled_at < end
        }

    def inside(self) -> set[int]:
        end = self.asked.end_at
        gone = {one.pk for one in self.raw.people if one.closed_at and one.closed_at < end}
        return self.ever() - gone

    def enrolled(self) -> set[int]:
        start, end = self.asked.start_at, self.asked.end_at
        joined = {one.pk for one in self.raw.people if start <= one.enrolled_at < end}
        return self.whose & joined

    def tiers(self) -> Counter[str]:
        return Counter(self.tier_of(member, self.asked.end_at) or "-" for member in self.inside())

    def matrix(self) -> Counter[str]:
        start, end = self.asked.start_at, self.asked.end_at
        stayed = {one.pk for one in self.raw.people if one.enrolled_at < start} & self.inside()
        return Counter(
            f"{self.tier_of(m, start) or '-'}>{self.tier_of(m, end) or '-'}" for m in stayed
        )

    def moved(self) -> set[int]:
        start, end = self.asked.start_at, self.asked.end_at
        stayed = {one.pk for one in self.raw.people if one.enrolled_at < start} & self.inside()
        return {m for m in stayed if self.tier_of(m, start) != self.tier_of(m, end)}

    def funnel(self) -> list[int]:
        bought = Counter(one.member for one in self.sales if one.day <= self.asked.as_of)
        end = self.asked.end_at
        brought = {who for who, joined_at in self.raw.friends.values() if joined_at < end}
        once = {m for m in self.ever() if bought[m]}
        twice = {m for m in once if bought[m] > 1}
        return [len(once), len(twice), len(twice & brought)]

    def engaged(self) -> set[int]:
        asked = self.asked
        found = {one.member for one in self.raw.deals if asked.first <= one.day <= asked.last}
        seen = (*self.raw.visits, *self.raw.answers)
        found |= {member for member, on in seen if asked.first <= on <= asked.last}
        found |= {
            who for who, at in self.raw.friends.values() if asked.start_at <= at < asked.end_at
        }
        return found & self.inside()

    def first_redeemed(self) -> tuple[set[int], set[int]]:
        old, soon = set(), set()
        for member in self.whose:
            mine = [one for one in self.raw.deals if one.member == member]
            earned = [one.day for one in mine if one.kind == "EARN"]
            if earned and (self.asked.as_of - min(earned)).days >= 90:
                old.add(member)
                spent = [one.day for one in mine if one.kind == "REDEEM"]
                if spent and (min(spent) - min(earned)).days <= 90:
                    soon.add(member)
        return soon, old

    def redeemed_points(self) -> Told:
        """Nothing is given back and nothing taken back in these worlds."""
        to_date = [one for one in self.raw.deals if one.day <= self.asked.as_of]
        issued, spent = (
            sum(one.points for one in to_date if one.kind == kind) for kind in ("EARN", "REDEEM")
        )
        return divide(spent, issued), spent, issued

    def redeemed(self) -> Told:
        asked = self.asked
        spent = [
            one.member
            for one in self.raw.deals
            if one.kind == "REDEEM" and asked.first <= one.day <= asked.last
            and one.member in self.whose
        ]  # fmt: skip
        return divide(len(spent), len(set(spent))), len(spent), len(set(spent))
