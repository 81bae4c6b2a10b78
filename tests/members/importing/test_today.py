"""A file of bare days that is brought in on the last of them, before noon."""

from datetime import timedelta

from loyalty.ledger import verifying
from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme
from members.importing import people, purchases
from members.models import Member, Purchase
from tests.conftest import NOON
from tests.members.builders import points_of
from tests.members.conftest import Writer

NINE = NOON - timedelta(hours=3)
BOUGHT = "member,date,amount\nm1,2026-03-10,5.00\nm1,2026-03-10 08:30,2.00\n,2026-03-10,7.00\n"


class TestTodaysPurchases:
    def test_are_booked_as_of_now(self, programme: Programme, write: Writer):
        report = purchases.bring_in(path=write(BOUGHT), at=NINE)

        assert (report.added, report.refused) == (3, 0)
        assert set(Purchase.objects.values_list("total_cents", "occurred_at")) == {
            (500, NINE),
            (200, NINE - timedelta(minutes=30)),
            (700, NINE),
        }
        assert list(Entry.objects.order_by("number").values_list("points", "occurred_at")) == [
            (2, NINE - timedelta(minutes=30)),
            (5, NINE),
        ]
        ada = Member.objects.get()
        assert ada.enrolled_at == NINE - timedelta(minutes=30)
        assert points_of(ada, at=NINE) == 7
        assert verifying.verify().first_fault is None

    def test_are_known_again_in_the_evening(self, programme: Programme, write: Writer):
        path = write(BOUGHT)
        purchases.bring_in(path=path, at=NINE)

        report = purchases.bring_in(path=path, at=NOON + timedelta(hours=8))

        assert (report.added, report.known, report.refused) == (0, 3, 0)
        assert Purchase.objects.count() == 3

    def test_of_who_has_joined_by_them_enrol_as_of_now(self, programme: Programme, write: Writer):
        purchases.bring_in(path=write("member,date,amount\nm1,2026-03-10,5\n"), at=NINE)

        assert Member.objects.get().enrolled_at == NINE


class TestTodaysMembers:
    def test_join_now(self, programme: Programme, write: Writer):
        path = write("external_id,enrolled_at\nm1,2026-03-10\nm2,2026-03-11\n")

        report = people.bring_in(path=path, at=NINE)

        assert (report.added, report.refused) == (1, 1)
        assert [error.code for error in report.errors] == ["in-the-future"]
        assert Member.objects.get().enrolled_at == NINE
