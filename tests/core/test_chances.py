"""Chance by a hash: even, for ever the same, and the same number in SQL as in Python."""

from collections import Counter

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from loyalty.core import chances, expressions

TEXTS = [f"spring|mem_{number}" for number in range(2_000)]


class TestDraw:
    def test_never_changes(self) -> None:
        texts = ("", "may|mem_42", "é")

        assert [chances.draw(text, 10_000) for text in texts] == [1652, 429, 2051]

    @given(st.text(), st.integers(1, 10_000))
    def test_is_below_what_it_is_drawn_of(self, text: str, of: int) -> None:
        assert 0 <= chances.draw(text, of) < of

    def test_is_even(self) -> None:
        tens = Counter(chances.draw(text, 10) for text in TEXTS)

        assert len(tens) == 10
        assert 150 < min(tens.values()) <= max(tens.values()) < 250


@pytest.mark.django_db
class TestDrawOfTheDatabase:
    @pytest.mark.parametrize("of", [1, 2, 7, 10_000])
    def test_says_of_every_text_what_python_says(self, of: int) -> None:
        asked = [*TEXTS, "", "é", "日本", "\\x41", "'"]

        with connection.cursor() as cursor:
            drawn = expressions.draw("told.column1", of=of)
            rows = ", ".join(["(CAST(%s AS text))"] * len(asked))
            cursor.execute(f"SELECT column1, {drawn} FROM (VALUES {rows}) AS told", asked)
            found = dict(cursor.fetchall())

        assert found == {text: chances.draw(text, of) for text in asked}
