"""Vouchers, dates from which points are usable, and dates on which they end."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation

from loyalty.programmes.expiring import Expiry, ExpiryKind, last_day
from loyalty.programmes.rules import evaluate
from loyalty.programmes.shapes import Malformed
from loyalty.programmes.summaries import summarise
from loyalty.programmes.terms import read, write
from tests.programmes.build import basket, book, fixed, rate, said, sale

COFFEE = {
    "give": "voucher", "name_fr": "Un café", "name_en": "A coffee", "days": 30,
    "value_cents": 280,
}  # fmt: skip


def award(**rules: Any):
    return evaluate(occasion=sale(basket(total=2_000)), book=book(**rules))


class TestVouchers:
    def test_are_given_beside_points(self):
        given = award(base=said(rate()), coffee=said(COFFEE))

        assert (given.points, len(given.grants)) == (20, 1)
        assert [(line.rule, line.points, line.effect) for line in given.lines] == [
            ("base", 20, "rate"),
            ("coffee", 0, "voucher"),
        ]
        assert [gift.name_en for gift in given.gifts] == ["A coffee"]

    def test_stack_among_themselves(self):
        tea = said(COFFEE | {"name_en": "A tea"}, group="drinks", mode="first")
        coffee = said(COFFEE, group="drinks", mode="first")

        given = award(tea=tea, coffee=coffee)

        assert [gift.name_en for gift in given.gifts] == ["A tea"]
        assert [(no.rule, no.why.value) for no in given.refused] == [("coffee", "earlier-rule")]

    def test_survive_being_written(self):
        assert write(read(said(COFFEE)))["then"] == COFFEE
        worthless = {name: value for name, value in COFFEE.items() if name != "value_cents"}
        assert write(read(said(worthless)))["then"] == worthless

    @pytest.mark.parametrize(
        ("then", "fault"),
        [
            ({"wallet": "points"}, "/then/wallet a-voucher-has-no-points"),
            ({"pending_days": 3}, "/then/pending_days a-voucher-has-no-points"),
            ({"name_en": ""}, "/then/name_en missing"),
            ({"days": 0}, "/then/days out-of-range"),
        ],
    )
    def test_that_make_no_sense_are_refused(self, then, fault):
        with pytest.raises(Malformed, match=fault):
            read(said(COFFEE | then))

    def test_have_no_points_to_limit(self):
        with pytest.raises(Malformed, match="/limits a-voucher-has-no-points"):
            read({"then": COFFEE, "limits": {"budget_points": 100}})


class TestUsableFromADay:
    @pytest.mark.parametrize(
        ("day", "usable"),
        [
            ("2026-12-01", datetime(2026, 11, 30, 23, tzinfo=UTC)),
            ("2026-11-21", datetime(2026, 11, 21, 9, 15, tzinfo=UTC)),
            ("2026-01-01", datetime(2026, 11, 21, 9, 15, tzinfo=UTC)),
        ],
    )
    def test_points_wait_for_it_to_begin(self, day, usable):
        given = award(base=said(rate(pending_until=day)))

        assert given.grants[0].available_at == usable

    def test_is_not_said_beside_a_number_of_days(self):
        with pytest.raises(Malformed, match="/then/pending_until one-of-two"):
            read(said(rate(pending_until="2026-12-01", pending_days=3)))


class TestExpiryOnDates:
    @pytest.mark.parametrize(
        ("available_on", "dates", "last"),
        [
            (date(2026, 3, 1), ("06-30", "12-31"), date(2026, 6, 30)),
            (date(2026, 6, 30), ("06-30", "12-31"), date(2026, 6, 30)),
            (date(2026, 7, 1), ("06-30", "12-31"), date(2026, 12, 31)),
            (date(2026, 7, 1), ("06-30",), date(2027, 6, 30)),
            (date(2026, 2, 10), ("02-29",), date(2026, 2, 28)),
            (date(2028, 2, 10), ("02-29",), date(2028, 2, 29)),
        ],
    )
    def test_is_the_next_of_them(self, available_on, dates, last):
        expiry = Expiry(kind=ExpiryKind.DATES, dates=dates)

        assert last_day(available_on=available_on, expiry=expiry) == last

    def test_ends_with_the_local_day(self):
        given = award(base=said(rate(expiry={"kind": "DATES", "dates": ["12-31"]})))

        assert given.grants[0].expires_at == datetime(2026, 12, 31, 23, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("expiry", "fault"),
        [
            ({"kind": "DATES"}, "/then/expiry/dates missing"),
            ({"kind": "DATES", "dates": []}, "/then/expiry/dates out-of-range"),
            ({"kind": "DATES", "dates": ["02-30"]}, "/then/expiry/dates/0 not-a-code"),
            ({"kind": "DATES", "dates": ["12-31"], "count": 3}, "/then/expiry/kind dates-count"),
            ({"kind": "DAYS", "count": 3, "dates": ["12-31"]}, "/then/expiry/dates needs-the"),
        ],
    )
    def test_that_make_no_sense_are_refused(self, expiry, fault):
        with pytest.raises(Malformed, match=fault):
            read(said(rate(expiry=expiry)))


class TestInWords:
    @pytest.mark.parametrize(
        ("terms", "english", "french"),
        [
            (
                said(COFFEE),
                "A voucher “A coffee” worth €2.80, good for 30 days.",
                "Un bon « Un café » de 2,80 €, valable 30 jours.",
            ),
            (
                said(fixed(5, pending_until="2026-12-01")),
                "5 points. Usable from 1 December 2026 on.",
                "5 points. Utilisables à partir du 1 décembre 2026.",
            ),
            (
                said(fixed(5, expiry={"kind": "DATES", "dates": ["06-30", "12-31"]})),
                "5 points. Good until the next 30 June or 31 December.",
                "5 points. Valables jusqu’au prochain 30 juin ou 31 décembre.",
            ),
        ],
    )
    def test_are_said_in_both_languages(self, terms, english, french):
        spoken = {}
        for language in ("en", "fr"):
            with translation.override(language):
                spoken[language] = summarise(terms=read(terms), currency="EUR")

        plain = (
            spoken["fr"]
            .replace("\N{NO-BREAK SPACE}", " ")
            .replace("\N{NARROW NO-BREAK SPACE}", " ")
        )
        assert (spoken["en"], plain) == (english, french)
