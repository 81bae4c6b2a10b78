"""What two versions say differently, in the language of who reads."""

from django.utils import translation

from loyalty.programmes.comparing import Difference, compare
from loyalty.programmes.terms import read
from tests.programmes.build import fixed, rate, said


def changed(before: dict | None, after: dict, language: str = "en") -> Difference:
    with translation.override(language):
        was = read(before) if before else None
        return compare(before=was, after=read(after), currency="EUR")


class TestComparing:
    def test_names_what_is_gone_and_what_is_new_and_nothing_else(self):
        before = said(rate("2"), stores=["lyon"], weekdays=[6])
        after = said(rate("3"), stores=["lyon"]) | {"limits": {"budget_points": 500}}

        assert changed(before, after) == Difference(
            gone=("2 points for each whole €1.00", "on the weekdays Saturday"),
            new=("3 points for each whole €1.00", "until the budget of 500 points is used up"),
        )

    def test_is_in_the_language_of_who_reads(self):
        difference = changed(said(fixed(5), weekdays=[6]), said(fixed(5)), "fr")

        assert (difference.gone, difference.new) == (("les jours suivants\xa0: samedi",), ())

    def test_finds_nothing_between_two_that_say_the_same(self):
        assert not changed(said(fixed(5)), said(fixed(5)))

    def test_calls_all_of_a_first_version_new(self):
        assert changed(None, said(fixed(5))) == Difference(new=("5 points",))
