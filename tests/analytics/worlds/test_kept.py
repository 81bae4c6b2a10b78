"""What is kept of months that are over is what would be computed anew, whatever happened since."""

from datetime import timedelta

import pytest

from analytics import facts, keeping
from analytics.keeping import Asked
from analytics.measures.registry import get_measure, get_measures
from analytics.models import MemberCategory
from analytics.periods import Period, month_end, months_from
from analytics.scopes import WHOLE, Cut, get_scope
from members.models import Purchase, PurchaseLine
from tests.analytics.builders import Sold, sell
from tests.analytics.worlds.happening import START, World

OF_FACTS = [code for code, measure in get_measures().items() if measure.is_of_facts]


class Shop(World):
    """A world in which what is sold is of categories, and some of it is told months later."""

    def sell(self) -> None:
        super().sell()
        self.name_what_was_sold()

    def sell_late(self) -> None:
        day = START + timedelta(self.random.randrange((self.today - START).days))
        sell([Sold(self.one(), day, 2_500, self.random.choice(self.stores))])
        self.name_what_was_sold()

    def name_what_was_sold(self) -> None:
        PurchaseLine.objects.bulk_create(
            PurchaseLine(purchase=sold, position=place, category=category, amount_cents=1)
            for sold in Purchase.objects.filter(lines=None).order_by("pk")
            for place, category in enumerate(self.random.sample(["coffee", "tea", "cake"], 2))
        )

    def go_on(self, days: int) -> None:
        verbs = [self.sell, self.sell_late, self.bring_back, self.attach, self.merge, self.unmerge]
        for _day in range(days):
            self.today += timedelta(1)
            self.random.choice(verbs)()
        self.refresh()
        facts.refresh(at=self.at)


def months_of(world: World) -> list[Period]:
    """The first and the last months so far, the one that lasts too."""
    months = list(months_from(START.replace(day=1), world.today.replace(day=1)))
    return [Period(first, month_end(first)) for first in (*months[:3], *months[-3:])]


@pytest.mark.django_db
def test_is_what_would_be_computed_anew() -> None:
    world, since = Shop(seed=7), {}
    held, revised = set(), set()
    world.live(40)
    for _round in range(4):
        world.go_on(days=5)
        cuts = (WHOLE, Cut(store_id=world.stores[0].pk))
        asked = [
            Asked(code, period, cut)
            for code in OF_FACTS
            for cut in cuts
            for period in months_of(world)
            if get_measure(code=code).allows(cut)
        ]

        kept = keeping.get(asked=asked, at=world.at)

        for one, told in kept.items():
            scope = get_scope(period=one.period, at=world.at, cut=one.cut)
            assert told.figure == get_measure(code=one.code).compute(scope), one
            if one in since:
                (held if since[one] == told.computed_at else revised).add(one.code)
        since |= {one: told.computed_at for one, told in kept.items()}
    # Otherwise nothing was tried: neither of what held, nor of what did not.
    assert held == revised == set(OF_FACTS)
    assert MemberCategory.objects.exists()
