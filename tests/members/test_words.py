"""Codes as whoever is reading says them."""

import pytest
from django.utils import translation

from loyalty.programmes.models import Tier
from members import words

MEMBER, SILVER = (
    Tier(code="member", threshold_cents=0),
    Tier(code="silver", threshold_cents=30_000),
)


class TestAMove:
    @pytest.mark.parametrize(
        ("left", "reached", "said"),
        [
            (None, MEMBER, "where everybody begins"),
            (None, SILVER, "reached"),
            (MEMBER, SILVER, "reached"),
        ],
    )
    def test_to_the_first_tier_is_nobody_s_merit(
        self, left: Tier | None, reached: Tier, said: str
    ):
        with translation.override("en"):
            assert words.of_move("reached", left=left, reached=reached) == said

    def test_for_a_reason_unheard_of_is_said_as_it_is(self):
        assert words.of_move("granted", left=MEMBER, reached=SILVER) == "granted"
