"""Voucher codes survive being read aloud, typed and mistyped."""

import re

from hypothesis import given
from hypothesis import strategies as st

from members import codes

values = st.sampled_from(codes.ALPHABET)
chance = st.builds(lambda _: codes.new(), st.integers())


class TestNew:
    def test_has_fifteen_characters_of_an_alphabet_without_lookalikes(self):
        code = codes.new()

        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{15}", code)
        assert not set("ILOU") & set(codes.ALPHABET)
        assert len(codes.ALPHABET) ** 14 == 2**70

    def test_never_comes_twice_among_ten_thousand(self):
        assert len({codes.new() for _ in range(10_000)}) == 10_000


class TestRead:
    def test_forgives_case_hyphens_and_spaces(self):
        code = codes.new()

        assert codes.read(codes.spell(code).lower()) == code
        assert codes.read(f" {code[:7]}\u00a0{code[7:]} ") == code

    def test_reads_o_as_zero_and_i_and_l_as_one(self):
        code = next(code for code in iter(codes.new, "") if "0" in code and "1" in code)

        assert codes.read(code.replace("0", "O").replace("1", "l")) == code
        assert codes.read(code.replace("0", "o").replace("1", "I")) == code

    @given(code=chance, place=st.integers(0, 14), other=values)
    def test_finds_every_wrong_character(self, code: str, place: int, other: str):
        typed = code[:place] + other + code[place + 1 :]

        assert codes.read(typed) == (code if typed == code else None)

    @given(code=chance, one=st.integers(0, 14), two=st.integers(0, 14))
    def test_finds_every_swap_of_two_characters(self, code: str, one: int, two: int):
        swapped = list(code)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        typed = "".join(swapped)

        assert codes.read(typed) == (code if typed == code else None)

    def test_is_none_for_what_cannot_be_a_code(self):
        for typed in ("", "7KQ2M", "7KQ2M-91XTD-0VBGR-1", "UUUUU-UUUUU-UUUUU", "émile"):
            assert codes.read(typed) is None


class TestSpell:
    def test_makes_three_groups_of_five(self):
        assert codes.spell("7KQ2M91XTD0VBGR") == "7KQ2M-91XTD-0VBGR"


class TestFold:
    def test_forgives_case_hyphens_and_spaces_and_nothing_else(self):
        assert codes.fold(" Cine-2026\u00a0ab ") == "CINE2026AB"
        assert codes.fold("O0I1") == "O0I1"

    def test_is_none_for_what_cannot_be_a_code(self):
        for typed in ("", "a-b-c", "9" * 41, "été2026", "CODE\t1", "CODE\x001"):
            assert codes.fold(typed) is None
