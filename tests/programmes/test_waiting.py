"""Points that wait for an event: what a rule says, what it gives, and how it is told."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from loyalty.ledger.planning import AWAY, NEVER, Wait
from loyalty.programmes.awards import Pending
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo, from_ledger, in_ledger
from loyalty.programmes.rulebook import WalletTerms
from loyalty.programmes.rules import evaluate
from loyalty.programmes.shapes import Malformed
from loyalty.programmes.summaries import summarise
from loyalty.programmes.terms import read, write
from tests.programmes.build import basket, book, fixed, rate, said, sale

DELIVERED = {"pending_event": "order-delivered", "cancel_days": 30}
YEAR = Expiry(kind=ExpiryKind.MONTHS, count=12, round_up=RoundUpTo.MONTH)


def award(*wallets: WalletTerms, **rules):
    return evaluate(occasion=sale(basket(total=2_000)), book=book(wallets=wallets, **rules))


class TestARule:
    def test_survives_being_written(self):
        terms = said(rate(**DELIVERED))

        assert write(read(terms))["then"] == terms["then"]

    @pytest.mark.parametrize(
        ("then", "fault"),
        [
            ({"pending_event": "order-delivered"}, "/then/cancel_days missing"),
            ({"cancel_days": 3}, "/then/cancel_days needs-an-event"),
            (DELIVERED | {"cancel_days": 0}, "/then/cancel_days out-of-range"),
            (DELIVERED | {"pending_days": 3}, "/then/pending_event one-of-two"),
            (DELIVERED | {"pending_until": "2026-12-01"}, "/then/pending_event one-of-two"),
            (DELIVERED | {"pending_event": "birthday"}, "/then/pending_event known-by-itself"),
            (DELIVERED | {"pending_event": "Two Words"}, "/then/pending_event not-a-code"),
        ],
    )
    def test_that_makes_no_sense_is_refused(self, then, fault):
        with pytest.raises(Malformed, match=fault):
            read(said(rate(**then)))

    def test_is_said_in_both_languages(self):
        terms = read(said(fixed(50, **DELIVERED)))

        with translation.override("en"):
            assert summarise(terms=terms, currency="EUR") == (
                "50 points. Pending until the event “order-delivered”."
                " Cancelled after 30 days without it."
            )
        with translation.override("fr"):
            assert summarise(terms=terms, currency="EUR") == (
                "50 points. En attente jusqu’à l’événement «\xa0order-delivered\xa0»."
                " Annulés après 30 jours sans lui."
            )


class TestAnAward:
    def test_has_no_dates_and_freezes_how_long_the_points_live(self):
        given = award(WalletTerms(code="points", expiry=YEAR), base=said(rate(**DELIVERED)))

        (grant,) = given.grants
        end = datetime(2026, 12, 21, 23, tzinfo=UTC)
        assert (grant.points, grant.available_at, grant.expires_at) == (20, AWAY, NEVER)
        assert grant.wait == Wait("order-delivered", end, "MONTHS 12 MONTH")

    def test_says_what_it_waits_for_and_until_when(self):
        given = award(base=said(rate(**DELIVERED)), gift=said(fixed(5)))

        assert given.lines[0].pending == Pending("order-delivered", date(2026, 12, 21))
        lines = given.as_json()["lines"]
        assert lines[0]["pending"] == {"event": "order-delivered", "until": "2026-12-21"}
        assert "pending" not in lines[1]
        assert [grant.points for grant in given.grants] == [20, 5]

    def test_keeps_apart_what_waits_and_what_does_not(self):
        waits = said(fixed(5, **DELIVERED))

        given = award(one=waits, two=said(fixed(5)))

        assert [(grant.points, grant.wait is None) for grant in given.grants] == [
            (5, False),
            (5, True),
        ]


class TestLife:
    @pytest.mark.parametrize(
        ("expiry", "written"),
        [
            (Expiry(), "NEVER"),
            (YEAR, "MONTHS 12 MONTH"),
            (Expiry(kind=ExpiryKind.DAYS, count=90), "DAYS 90 DAY"),
            (Expiry(kind=ExpiryKind.DATES, dates=("06-30", "12-31")), "DATES 06-30 12-31"),
        ],
    )
    def test_is_kept_in_the_ledger_as_words(self, expiry, written):
        assert in_ledger(expiry=expiry) == written
        assert from_ledger(said=written) == expiry
