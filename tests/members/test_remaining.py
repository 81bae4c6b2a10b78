from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import remaining
from members.remaining import Goods, Sold


def goods(*, sold: str, cents: int, returned: str = "0", position: int = 1) -> Goods:
    return Goods(
        position=position, sold=Decimal(sold), amount_cents=cents, returned=Decimal(returned)
    )


class TestShare:
    @pytest.mark.parametrize(("part", "due"), [(0, 0), (1, 33), (2, 66), (3, 100)])
    def test_of_a_hundred_in_thirds_gives_the_rest_last(self, part: int, due: int):
        assert remaining.share(whole=100, part=part, of=3) == due

    def test_of_a_discount_is_rounded_towards_zero_as_well(self):
        assert remaining.share(whole=-100, part=1, of=3) == -33

    def test_of_nothing_is_nothing(self):
        assert remaining.share(whole=100, part=0, of=0) == 0


class TestGoods:
    def test_are_paid_back_by_the_piece_and_the_last_takes_the_rest(self):
        paid = [goods(sold="3", cents=1_000, returned=str(n)).returned_cents for n in range(4)]

        assert paid == [0, 333, 666, 1_000]

    def test_know_what_is_left_of_them(self):
        ham = goods(sold="1.500", cents=2_000, returned="0.375")

        assert (ham.left, ham.left_cents) == (Decimal("1.125"), 1_500)


class TestSold:
    def test_counts_goods_and_amounts_together(self):
        sold = Sold(total_cents=3_000, goods=[goods(sold="2", cents=3_000, returned="1")])

        sold = sold.after_amount(500)

        assert (sold.returned_cents, sold.left_cents, sold.is_all_back) == (2_000, 1_000, False)

    def test_is_all_back_when_every_piece_is(self):
        gift = goods(sold="1", cents=0, position=2)
        sold = Sold(total_cents=1_000, goods=[goods(sold="1", cents=1_000, returned="1"), gift])

        assert sold.is_all_back is False
        assert sold.after(quantities={2: Decimal(1)}).is_all_back is True

    def test_is_all_back_when_amounts_make_up_the_total(self):
        assert Sold(total_cents=1_000).after_amount(999).is_all_back is False
        assert Sold(total_cents=1_000).after_amount(1_000).is_all_back is True

    def test_of_nothing_is_all_back_only_once_it_is_said(self):
        assert Sold(total_cents=0).is_all_back is False
        assert Sold(total_cents=0).after_amount(0).is_all_back is True


class TestTakenBack:
    def test_by_amount_is_a_share_of_what_was_earned(self):
        thirds = [
            remaining.taken_back(
                earned=100, kept=100, sold=Sold(total_cents=300, by_amount_cents=cents,
                has_amounts=True), before=0,
            )
            for cents in (100, 200, 300)
        ]  # fmt: skip

        assert thirds == [33, 66, 100]

    def test_by_goods_is_what_the_rest_does_not_earn(self):
        sold = Sold(total_cents=3_000, goods=[goods(sold="3", cents=3_000, returned="1")])

        assert remaining.taken_back(earned=30, kept=20, sold=sold, before=0) == 10

    def test_never_falls_below_what_was_taken(self):
        sold = Sold(total_cents=3_000, goods=[goods(sold="3", cents=3_000, returned="1")])

        assert remaining.taken_back(earned=30, kept=29, sold=sold, before=10) == 10

    def test_never_gives_points_for_bringing_something_back(self):
        sold = Sold(total_cents=3_000, goods=[goods(sold="3", cents=3_000, returned="1")])

        assert remaining.taken_back(earned=30, kept=40, sold=sold, before=0) == 0

    @given(
        earned=st.integers(0, 10_000),
        kept=st.integers(0, 12_000),
        total=st.integers(1, 100_000),
        cuts=st.lists(st.integers(1, 100_000), max_size=6),
    )
    def test_only_grows_and_ends_at_what_was_earned(
        self, earned: int, kept: int, total: int, cuts: list[int]
    ):
        sold, taken = Sold(total_cents=total), 0
        for cut in [*cuts, total]:
            sold = sold.after_amount(min(cut, sold.left_cents))
            now = remaining.taken_back(earned=earned, kept=kept, sold=sold, before=taken)
            assert taken <= now <= earned
            taken = now

        assert taken == earned
