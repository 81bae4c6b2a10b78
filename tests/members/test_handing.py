"""What an award hands over beside points: vouchers, and stamp cards that are full."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from loyalty.ledger import verifying
from loyalty.ledger.models import Account, Entry, Kind
from loyalty.programmes.models import Programme
from members import birthdays, enrolling, hearing, purchasing
from members.importing import purchases
from members.models import Member, Voucher
from tests.conftest import NOON
from tests.members.builders import moved, points_of, print_card, publish, sale
from tests.members.conftest import Writer
from tests.racing import at_once

COFFEE = {"name_fr": "Un café offert", "name_en": "A free coffee", "days": 30}
GIFT = {"give": "voucher", "value_cents": 280, **COFFEE}


@pytest.fixture
def card(programme: Programme) -> None:
    """A card of five stamps, one for each purchase."""
    print_card()


def stamps_of(member: Member) -> int:
    return Account.objects.get(holder=member.holder_id, wallet__code="stamps").available


def buy(member: Member, *keys: str, at: datetime = NOON, **said: Any) -> None:
    for key in keys:
        purchasing.record(sale=sale(member, occurred_at=at, **said), key=key, at=at)


class TestAVoucher:
    def test_is_given_with_the_purchase(self, ada: Member):
        publish("coffee", {"when": {"minimum_basket_cents": 2_000}, "then": GIFT})

        purchase = purchasing.record(sale=sale(ada), key="a", at=NOON)

        voucher = Voucher.objects.get()
        assert (voucher.member, voucher.origin) == (ada, purchase.public_id)
        assert (voucher.name_fr, voucher.value_cents) == ("Un café offert", 280)
        # Good through 9 April, in Paris.
        assert voucher.expires_at == datetime(2026, 4, 9, 22, tzinfo=UTC)
        line = purchase.award["lines"][1]
        assert (line["rule"], line["points"], line["wallet"]) == ("coffee", 0, "")
        assert line["voucher"] == {**COFFEE, "value_cents": 280}
        assert points_of(ada, at=NOON) == 20

    def test_is_given_once_for_a_key_and_not_by_a_preview(self, ada: Member):
        publish("coffee", {"then": GIFT})

        award = purchasing.preview(sale=sale(ada), at=NOON)
        assert Voucher.objects.exists() is False
        buy(ada, "a", "a")

        assert Voucher.objects.count() == 1
        assert [gift.name_en for gift in award.gifts] == ["A free coffee"]

    def test_is_limited_like_points(self, ada: Member):
        limits = {"per_member": {"month": {"times": 1}}}
        publish("coffee", {"then": GIFT, "limits": limits})

        buy(ada, "a", "b")

        assert Voucher.objects.count() == 1

    def test_is_given_for_a_birthday_once_a_year(self, programme: Programme):
        publish("gift", {"when": {"event": "birthday"}, "then": GIFT})
        grace = enrolling.enrol(at=NOON - timedelta(days=30), birthday=(3, 10))

        birthdays.give(day=date(2026, 3, 10), at=NOON)
        birthdays.give(day=date(2026, 3, 10), at=NOON)

        assert Voucher.objects.get().member == grace
        assert Entry.objects.exists() is False

    def test_is_given_for_an_event_that_was_told(self, ada: Member):
        publish("survey", {"when": {"event": "survey-answered"}, "then": GIFT})

        told = hearing.Told(name="survey-answered", occurred_at=NOON)
        event = hearing.record(member=ada, told=told, key="a", at=NOON)

        assert Voucher.objects.get().origin == event.public_id

    def test_of_a_file_is_good_from_the_day_of_its_sale(self, programme: Programme, write: Writer):
        publish("coffee", {"then": GIFT})
        file = write("member,date,amount\nm1,2026-03-01,10\nm1,2026-03-02,10\n")

        purchases.bring_in(path=file, at=NOON)

        ends = [one.expires_at.date() for one in Voucher.objects.order_by("expires_at")]
        assert ends == [date(2026, 3, 31), date(2026, 4, 1)]


class TestAStampCard:
    def test_that_is_full_gives_its_voucher_with_the_purchase(self, ada: Member, card: None):
        buy(ada, "1", "2", "3", "4")
        assert (stamps_of(ada), Voucher.objects.count()) == (4, 0)

        purchase = purchasing.record(sale=sale(ada), key="5", at=NOON)

        voucher = Voucher.objects.get()
        assert (voucher.name_en, voucher.origin) == ("A coffee", purchase.public_id)
        assert stamps_of(ada) == 0
        spent = Entry.objects.get(kind=Kind.REDEEM)
        assert (spent.points, spent.reason) == (-5, "stamp-card")
        assert verifying.verify().first_fault is None

    def test_is_filled_twice_by_many_stamps_and_the_rest_stays(self, ada: Member, card: None):
        publish("many", {"then": {"give": "fixed", "points": 11, "wallet": "stamps"}})

        buy(ada, "1")

        assert (Voucher.objects.count(), stamps_of(ada)) == (2, 2)

    def test_again_gives_nothing_more(self, ada: Member, card: None):
        buy(ada, "1", "2", "3", "4", "5")
        before = moved()

        buy(ada, "5")

        assert (moved(), Voucher.objects.count()) == (before, 1)

    def test_is_filled_by_a_file_and_goes_on_at_the_till(
        self, programme: Programme, card: None, write: Writer
    ):
        rows = "".join(f"m1,2026-03-0{day},10\n" for day in range(1, 8))
        purchases.bring_in(path=write(f"member,date,amount\n{rows}"), at=NOON)
        member = Member.objects.get()
        assert (Voucher.objects.count(), stamps_of(member)) == (1, 2)

        buy(member, "1", "2", "3")

        assert (Voucher.objects.count(), stamps_of(member)) == (2, 0)
        assert verifying.verify().first_fault is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestTenTillsAtOnce:
    def test_fill_two_cards_of_five(self, ada: Member, card: None):
        at_once(lambda number: buy(ada, f"k{number}"), calls=10)

        assert (Voucher.objects.count(), stamps_of(ada)) == (2, 0)
        assert verifying.verify().first_fault is None
