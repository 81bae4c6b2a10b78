"""The thresholds of a ladder, in the words of the merchant who set it."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from loyalty.programmes.ladder import Standing, review
from loyalty.programmes.merits import Measure, Merits, past_of
from tests.programmes.build import LADDER

TODAY = date(2026, 3, 10)
EARLIER = date(2026, 2, 1)


@dataclass(frozen=True)
class Example:
    """What somebody bought before and buys now, in cents; where they stood, and where they do."""

    says: str
    earlier: int
    this_sale: int
    then: str
    floor: tuple[str, date] | None = None


@pytest.mark.parametrize(
    ("says", "needs_all", "merits", "tier"),
    [
        ("100 € are enough where any will do", False, Merits(spend=10_000), "silver"),
        ("so are 5 visits", False, Merits(visits=5), "silver"),
        ("visits alone make nobody gold, which asks for none", False, Merits(visits=50), "silver"),
        ("neither alone is enough where it takes all", True, Merits(spend=15_000), "bronze"),
        ("both together are", True, Merits(spend=10_000, visits=5), "silver"),
        ("whoever has done nothing is bronze", False, Merits(), "bronze"),
    ],
)
def test_a_ladder_of_spend_and_visits(says: str, needs_all: bool, merits: Merits, tier: str):
    bronze, silver, gold = LADDER.rungs
    both = replace(
        LADDER,
        rungs=(bronze, replace(silver, threshold_visits=5), gold),
        measures=(Measure.SPEND, Measure.VISITS),
        needs_all=needs_all,
    )

    reached = both.reached(merits)

    assert reached is not None
    assert reached.code == tier


@pytest.mark.parametrize(
    "example",
    [
        Example("60 € bought at once leave a newcomer bronze", 0, 6_000, "bronze"),
        Example("150 € at once make a newcomer silver", 0, 15_000, "silver"),
        Example("250 € at once make a newcomer gold, past silver", 0, 25_000, "gold"),
        Example("5 € after 40 € leave them bronze", 4_000, 500, "bronze"),
        Example("30 € after 80 € make them silver", 8_000, 3_000, "silver"),
        Example("30 € after 180 € make them gold", 18_000, 3_000, "gold"),
        Example("50 € after 220 € leave them gold", 22_000, 5_000, "gold"),
        Example("one cent below 100 € is bronze", 9_000, 999, "bronze"),
        Example("100 € to the cent is silver", 9_000, 1_000, "silver"),
        Example(
            "whoever was given gold is gold with 60 €", 0, 6_000, "gold", ("gold", TODAY)
        ),
        Example(
            "given silver is no ceiling: 250 € make gold", 0, 25_000, "gold", ("silver", TODAY)
        ),
        Example(
            "gold given until yesterday is gone, and 150 € make silver",
            0, 15_000, "silver", ("gold", date(2026, 3, 9)),
        ),
    ],
    ids=lambda example: example.says,
)  # fmt: skip
def test_a_ladder_from_0_100_and_200_euros(example: Example):
    before = LADDER.reached(Merits(spend=example.earlier))
    given, until = example.floor or (None, None)
    standing = Standing(tier=before.code if before else None, given=given, given_until=until)
    bought = [(EARLIER, Merits(spend=example.earlier)), (TODAY, Merits(spend=example.this_sale))]
    past = past_of(days=bought, enrolled_on=date(2025, 1, 1))

    moves = review(ladder=LADDER, standing=standing, past=past, day=TODAY)

    held = LADDER.held(moves[-1].after if moves else standing).rung
    assert held is not None
    assert held.code == example.then
