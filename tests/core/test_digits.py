import pytest

from loyalty.core import digits


class TestRead:
    @pytest.mark.parametrize(("text", "number"), [("0", 0), ("042", 42), ("9" * 18, 10**18 - 1)])
    def test_is_the_number_that_is_spelled(self, text, number):
        assert digits.read(text) == number

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "-1",
            "+1",
            "1.0",
            " 1",
            "²",
            "٣",
            "9" * 19,
            pytest.param("1" * 5_000, id="thousands"),
        ],
    )
    def test_is_nothing_of_anything_else(self, text):
        assert digits.read(text) is None
