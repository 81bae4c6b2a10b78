import pytest

from loyalty.core.formulas import neutralised, plain


class TestNeutralised:
    @pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
    def test_puts_an_apostrophe_before_what_a_spreadsheet_runs(self, first: str):
        assert neutralised(f"{first}1+1") == f"'{first}1+1"
        assert plain(f"'{first}1+1") == f"{first}1+1"

    @pytest.mark.parametrize("text", ["", "a=1", "D'Arc", "'quoted'", "''=1", "'+33"])
    def test_comes_back_as_it_was(self, text: str):
        assert plain(neutralised(text)) == text
