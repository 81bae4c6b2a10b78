import pytest

from loyalty.core.refusals import ValidationFailed
from members import identifying


class TestEmail:
    def test_is_trimmed_and_in_lower_case(self):
        assert identifying.email("  Ada.Lovelace@Example.ORG ") == "ada.lovelace@example.org"

    @pytest.mark.parametrize("raw", ["ada", "ada@", "a b@example.org", "a\0@example.org", ""])
    def test_refuses_what_is_no_address(self, raw: str):
        with pytest.raises(ValidationFailed) as refused:
            identifying.email(raw)

        assert refused.value.errors[0].pointer == "/email"


class TestPhone:
    @pytest.mark.parametrize(
        "raw", ["06 12 34 56 78", "+33 6 12 34 56 78", "0033612345678", "06.12.34.56.78"]
    )
    def test_reads_a_french_number_however_it_is_written(self, raw: str):
        assert identifying.phone(raw) == "+33612345678"

    def test_reads_a_national_number_in_the_region_it_is_told(self):
        assert identifying.phone("0171 2345678", region="DE") == "+491712345678"

    @pytest.mark.parametrize("raw", ["12", "not a number", "+999 123", "06 12 34 56"])
    def test_refuses_what_is_no_number(self, raw: str):
        with pytest.raises(ValidationFailed):
            identifying.phone(raw)


class TestCard:
    def test_has_no_spaces_or_hyphens_and_is_in_capitals(self):
        assert identifying.card(" 2000 0000-0012 1a ") == "2000000000121A"

    @pytest.mark.parametrize("raw", ["123", "x" * 41, "2000;DROP", "2000\0000"])
    def test_refuses_what_is_no_card(self, raw: str):
        with pytest.raises(ValidationFailed):
            identifying.card(raw)


class TestNormalised:
    def test_leaves_out_what_is_blank(self):
        assert identifying.normalised({"email": " ", "phone": None, "card": "A1B2"}) == {
            "card": "A1B2"
        }

    def test_tells_every_identifier_that_cannot_be_read(self):
        with pytest.raises(ValidationFailed) as refused:
            identifying.normalised({"email": "x", "phone": "y", "card": "2000000000121"})

        assert [error.pointer for error in refused.value.errors] == ["/email", "/phone"]
