import pytest

from members import numbering


class TestNew:
    def test_has_sixteen_digits_beginning_with_two_and_a_right_check_digit(self):
        numbers = [numbering.new() for _ in range(500)]

        assert all(numbering.is_ours(number) for number in numbers)
        assert {len(number) for number in numbers} == {16}
        assert len(set(numbers)) == 500

    def test_draws_every_digit_but_the_first_and_the_last(self):
        numbers = [numbering.new() for _ in range(500)]

        assert all(len({number[place] for number in numbers}) == 10 for place in range(1, 15))


class TestCheckDigit:
    @pytest.mark.parametrize(
        ("digits", "digit"),
        [("7992739871", "3"), ("411111111111111", "1"), ("0", "0"), ("200000000000000", "6")],
    )
    def test_is_luhns(self, digits: str, digit: str):
        assert numbering.check_digit(digits) == digit


class TestIsOurs:
    @pytest.mark.parametrize(
        "number",
        [
            "2000000000000007",  # its check digit is 6
            "200000000000006",
            "4111111111111111",
            "２000000000000006",
            "200000000000000x",
        ],
    )
    def test_refuses_other_numbers(self, number: str):
        assert numbering.is_ours(number) is False

    def test_finds_every_single_wrong_digit(self):
        number = "2000000000000006"
        wrong = [
            number[:place] + digit + number[place + 1 :]
            for place in range(16)
            for digit in "0123456789"
            if digit != number[place]
        ]

        assert [other for other in wrong if numbering.is_ours(other)] == []
