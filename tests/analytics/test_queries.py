import pytest

from analytics.queries import compose, get_rows, listed


@pytest.mark.django_db
class TestListed:
    @pytest.mark.parametrize("numbers", [[], [7], [-1, 0, 2**62], list(range(40_000))])
    def test_is_as_many_whole_numbers_as_there_are(self, numbers: list[int]):
        listing = compose("SELECT * FROM {some} AS numbers ORDER BY 1", {"some": listed(numbers)})

        assert get_rows(listing) == [(number,) for number in numbers]

    def test_is_bound_as_one_value(self):
        assert len(listed([1, 2, 3]).params) == 1
