from datetime import date

import pytest
from django.utils import translation

from loyalty.programmes.summaries import Names, summarise
from loyalty.programmes.terms import read
from tests.programmes.build import fixed, rate, said, times

NAMES = Names(
    stores={"lyon": "Lyon Bellecour"},
    categories={"coffee": "Coffee", "gift": "Gift cards"},
    tiers={"gold": "Gold"},
)


def in_english(terms: dict) -> str:
    with translation.override("en"):
        return summarise(terms=read(terms), currency="EUR", names=NAMES)


class TestSummarise:
    @pytest.mark.parametrize(
        ("terms", "words"),
        [
            (said(rate()), "1 point for each whole €1.00."),
            (said(rate("3", 1_000)), "3 points for each whole €10.00."),
            (said(rate("1.5")), "1.5 points for each whole €1.00."),
            (said(times("2")), "The base points times 2."),
            (said(fixed(1)), "1 point."),
            (said(fixed(1_500)), "1,500 points."),
            (said(fixed(50), event="enrolment"), "50 points, at enrolment."),
            (said(fixed(50), event="birthday"), "50 points, for the birthday."),
            (
                said(times("2"), categories=["coffee", "tea"]),
                "The base points times 2, on Coffee and tea.",
            ),
            (
                said(rate(), excluded_categories=["gift"], excluded_skus=["ESP250"]),
                "1 point for each whole €1.00, not on Gift cards and ESP250.",
            ),
            (
                said(fixed(5), minimum_basket_cents=3_000, stores=["lyon"], tiers=["gold"]),
                "5 points, for a basket of at least €30.00, at Lyon Bellecour, "
                "for the tiers Gold.",
            ),
            (
                said(times("2"), weekdays=[6, 7], from_day="2026-11-16", to_day="2026-11-22"),
                "The base points times 2, on the weekdays Saturday and Sunday, "
                "from November 16, 2026 to November 22, 2026.",
            ),
            (said(fixed(5), from_day="2026-11-16"), "5 points, from November 16, 2026 on."),
            (said(fixed(5), to_day="2026-11-16"), "5 points, until November 16, 2026."),
            (
                said(fixed(5), birthday_within_days=0),
                "5 points, on the very day of the birthday.",
            ),
            (
                said(fixed(5), birthday_within_days=3),
                "5 points, from 3 days before the birthday to 3 days after.",
            ),
            (
                said(fixed(5, wallet="stamps", pending_days=14, expiry={"kind": "NEVER"})),
                "5 points. In the wallet “stamps”. Usable after 14 days. They never expire.",
            ),
            (
                said(
                    fixed(
                        5,
                        pending_days=0,
                        expiry={"kind": "MONTHS", "count": 1, "round_up": "QUARTER"},
                    )
                ),
                "5 points. Usable at once. Good for 1 month, then to the end of the quarter.",
            ),
            (
                said(rate(), group="base", mode="best"),
                "1 point for each whole €1.00. Of the group “base” only the best applies.",
            ),
        ],
    )
    def test_says_all_that_the_terms_say(self, terms, words):
        assert in_english(terms) == words

    def test_writes_figures_and_days_as_the_reader_does(self):
        terms = read(said(rate("0.5", 1_000), weekdays=[1], from_day=str(date(2026, 11, 16))))

        with translation.override("fr"):
            words = summarise(terms=terms, currency="EUR")

        for figure in ("0,5", "10,00\xa0€", "lundi", "16 novembre 2026"):
            assert figure in words
