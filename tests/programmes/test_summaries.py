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
    segments={"vip": "Regulars"},
    plans={"club": "The Club"},
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
            (
                said(rate(per_cents=5_000, carries=True)),
                "1 point for each whole €50.00. What is below one step counts with the next "
                "purchase.",
            ),
            (said(times("2")), "The base points times 2."),
            (
                said(rate(), brands=["Illy"], tags=["new"], holds="all", tills=["T1"]),
                "1 point for each whole €1.00, on the brand “Illy” and products tagged “new”, "
                "all of them in the basket, at the tills T1.",
            ),
            (
                said(rate(), excluded_brands=["Illy"], excluded_tags=["sale"]),
                "1 point for each whole €1.00, not on the brand “Illy” and products tagged "
                "“sale”.",
            ),
            (
                said(fixed(5), minimum_basket_cents=3_000, without_tax=True, kind="company"),
                "5 points, for a basket of at least €30.00, its tax not counted, for companies.",
            ),
            (
                said(fixed(5), segments=["vip"], in_household=True, kind="person"),
                "5 points, for persons, not companies, for the segments Regulars, "
                "for members of a household.",
            ),
            (said(fixed(5), plans=["club"]), "5 points, for members who pay for The Club."),
            (
                said(fixed(5), consents=["email", "sms"], nth_visit=1),
                "5 points, for members who agreed to offers by e-mail and SMS, "
                "on the member’s first purchase.",
            ),
            (said(fixed(5), nth_visit=10), "5 points, on purchase number 10 of the member."),
            (said(fixed(1)), "1 point."),
            (said(fixed(1_500)), "1,500 points."),
            (said(fixed(50), event="enrolment"), "50 points, at enrolment."),
            (said(fixed(50), event="birthday"), "50 points, for the birthday."),
            (said(fixed(5), event="anniversary"), "5 points, for each year in the programme."),
            (said(fixed(5), event="profile-completed"), "5 points, for a complete profile."),
            (said(fixed(5), event="referral-confirmed"), "5 points, for a friend who joined."),
            (said(fixed(5), event="referred"), "5 points, for joining through a friend."),
            (said(fixed(5), event="survey-answered"), "5 points, for an answered survey."),
            (
                said(fixed(5), event="custom", custom="review-written"),
                "5 points, for the event “review-written”.",
            ),
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
                "from 16 November 2026 to 22 November 2026.",
            ),
            (said(fixed(5), from_day="2026-11-16"), "5 points, from 16 November 2026 on."),
            (said(fixed(5), to_day="2026-11-16"), "5 points, until 16 November 2026."),
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
                said({"give": "per-unit", "points": "10"}, skus=["MUG"], minimum_quantity=2),
                "10 points for each unit, on MUG, from 2 units on.",
            ),
            (
                said(fixed(5), categories=["coffee"], skus=["MUG"], holds="all"),
                "5 points, on Coffee and MUG, all of them in the basket.",
            ),
            (
                said(fixed(5), categories=["gift"], holds="none"),
                "5 points, when the basket holds none of Gift cards.",
            ),
            (
                said(fixed(5), minimum_basket_cents=100, maximum_basket_cents=3_000),
                "5 points, for a basket of €1.00 to €30.00.",
            ),
            (
                said(fixed(5), maximum_basket_cents=3_000),
                "5 points, for a basket of at most €30.00.",
            ),
            (
                said(fixed(5), channels=["online"], payment_means=["card", "cash"]),
                "5 points, through the channels online, paid, at least in part, by card and cash.",
            ),
            (
                said(fixed(5), sources=["flyer"], member_for_days=30),
                "5 points, for members who came through flyer, for members of at least 30 days.",
            ),
            (
                said(fixed(5), recurrence="FREQ=MONTHLY;BYDAY=-1TU", from_time="17:00"),
                "5 points, on the last Tuesday of each month, after 17:00.",
            ),
            (
                said(fixed(5), recurrence="FREQ=MONTHLY;BYMONTHDAY=15", to_time="09:30"),
                "5 points, on the days of the recurrence FREQ=MONTHLY;BYMONTHDAY=15, "
                "before 09:30.",
            ),
            (
                said(fixed(5), from_time="17:00", to_time="19:00"),
                "5 points, between 17:00 and 19:00.",
            ),
            (
                said(rate()) | {"limits": {"per_purchase": 500}},
                "1 point for each whole €1.00. At most 500 points for one purchase.",
            ),
            (
                said(rate()) | {"limits": {"per_purchase": 1, "surplus": "refuse"}},
                "1 point for each whole €1.00. "
                "Nothing when it would be more than 1 point for one purchase.",
            ),
            (
                said(fixed(5))
                | {
                    "limits": {
                        "per_member": {"day": {"points": 100, "times": 1}, "ever": {"times": 12}},
                        "cooldown_hours": 5,
                    }
                },
                "5 points. For each member, at most 100 points and 1 award a day. For each "
                "member, at most 12 awards in all. Not again within 5 hours.",
            ),
            (
                said(fixed(5))
                | {"limits": {"budget_cents": 50_000, "cooldown_hours": 24, "surplus": "refuse"}},
                "5 points. Not again within 1 day. Until the budget of €500.00 is used up. "
                "Nothing when it would be more than is left of them.",
            ),
            (
                said(fixed(5)) | {"limits": {"budget_points": 50_000}},
                "5 points. Until the budget of 50,000 points is used up.",
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
