from decimal import Decimal

import pytest
from django.utils import translation

from loyalty.core import spreadsheets

HEAD = ["name", "=value"]
ROWS = [["=1+1", Decimal("-1.50")], ["a;b", 0.00001], ["", None], ["n", 12]]


class TestWrite:
    @pytest.mark.parametrize(
        ("language", "lines"),
        [
            ("fr", ["name;'=value", "'=1+1;-1,50", '"a;b";0,00001', ";", "n;12"]),
            ("en", ["name,'=value", "'=1+1,-1.50", "a;b,0.00001", ",", "n,12"]),
        ],
    )
    def test_writes_as_its_reader_opens_it_and_runs_no_formula(
        self, language: str, lines: list[str]
    ) -> None:
        with translation.override(language):
            text = spreadsheets.write(head=HEAD, rows=ROWS)

        assert text[0] == "\N{ZERO WIDTH NO-BREAK SPACE}"
        assert text[1:].splitlines() == lines
