"""One hold at the same moment: real threads, on PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from loyalty.core.refusals import Refusal
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry, Hold
from loyalty.programmes import setting_up
from members import enrolling, holding, purchasing, tendering
from members.holding import Asked
from members.models import Member, Purchase, TillHold
from members.selling import Payment
from members.tendering import Tender
from tests.conftest import NOON
from tests.members.builders import give_voucher, sale
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
THREADS = 8
LATER = NOON + holding.LASTS


@pytest.fixture
def ada() -> Member:
    """Somebody with 1000 points."""
    setting_up.set_up(
        name="Café",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        at=NOON - timedelta(days=800),
    )
    member = enrolling.enrol(at=NOON - timedelta(days=400), card="2000 0000 0012 1")
    purchasing.record(sale=sale(member, "1000.00"), key="rich", at=NOON)
    return member


def said(work: Callable[[], object]) -> str:
    try:
        work()
    except Refusal as refusal:
        return refusal.code
    return "done"


def balance() -> tuple[int, int, int]:
    account = Account.objects.get()
    return account.available, account.held, account.redeemed


class TestEightAtOnce:
    def test_hold_no_more_than_there_is(self, ada: Member):
        asked = Asked(member=ada, points=300)

        came = at_once(
            lambda n: said(lambda: holding.hold(asked=asked, key=f"{n}", at=NOON)), calls=THREADS
        )

        # Three of 300, one of the 100 that are left, and nothing for the others.
        assert Counter(came) == {"done": 4, "insufficient-points": 4}
        points = Hold.objects.order_by("-points").values_list("points", flat=True)
        assert list(points) == [300, 300, 300, 100]
        assert balance() == (0, 1000, 0)
        assert verifying.verify().first_fault is None

    def test_with_one_key_make_one_hold(self, ada: Member):
        asked = Asked(member=ada, points=300)

        came = at_once(lambda _n: holding.hold(asked=asked, key="same", at=NOON).pk, calls=THREADS)

        assert (len(set(came)), TillHold.objects.count(), balance()) == (1, 1, (700, 300, 0))

    def test_capture_one_hold_once(self, ada: Member):
        held = holding.hold(asked=Asked(member=ada, points=300), key="h", at=NOON)

        came = at_once(
            lambda n: said(lambda: holding.capture(held=held, key=f"{n}", at=NOON)), calls=THREADS
        )

        assert Counter(came) == {"done": 1, "hold-already-captured": 7}
        assert balance() == (700, 0, 300)
        assert verifying.verify().first_fault is None

    def test_capture_void_and_let_lapse_end_it_once(self, ada: Member):
        held = holding.hold(asked=Asked(member=ada, points=300), key="h", at=NOON)

        def act(number: int) -> str:
            if number % 3 == 0:
                return said(lambda: holding.capture(held=held, key=f"{number}", at=NOON))
            if number % 3 == 1:
                return said(lambda: holding.void(held=held, key=f"{number}", at=NOON))
            with transaction.atomic():
                posting.settle_due(at=LATER, limit=10)
            return "night"

        came = at_once(act, calls=THREADS)

        assert (came.count("night"), came.count("done") <= 1) == (2, True)
        end = Hold.objects.get()
        refused = {"CAPTURED": "captured", "VOIDED": "voided"}.get(end.state)
        others = f"hold-already-{refused}" if refused else "hold-expired"
        assert set(came) <= {"night", "done", others}
        assert balance() == ((700, 0, 300) if end.state == "CAPTURED" else (1000, 0, 0))
        kinds = Entry.objects.filter(kind__in=["CAPTURE", "VOID", "LAPSE"])
        assert kinds.count() == 1
        assert verifying.verify().first_fault is None

    def test_pay_one_sale_of_eight_with_one_hold(self, ada: Member):
        held = holding.hold(asked=Asked(member=ada, points=300), key="h", at=NOON)
        paid = tendering.read(
            tenders=[Tender(means="points", hold=held.hold.public_id)],
            total_cents=300,
            member=ada,
            store=None,
            occurred_at=NOON,
        )
        told = sale(ada, "3.00", payments=paid)

        came = at_once(
            lambda n: said(lambda: purchasing.record(sale=told, key=f"{n}", at=NOON)),
            calls=THREADS,
        )

        assert Counter(came) == {"done": 1, "hold-already-captured": 7}
        assert balance() == (703, 0, 300)
        assert Purchase.objects.count() == 2
        assert verifying.verify().first_fault is None

    def test_use_one_voucher_in_sales_of_two_members(self, ada: Member):
        bob = enrolling.enrol(at=NOON, email="bob@example.org")
        coffee = give_voucher(ada)
        paid = [Payment(means="voucher", amount_cents=280, voucher=coffee.pk)]

        def act(number: int) -> str:
            told = sale(ada if number % 2 else bob, "2.80", payments=paid)
            return said(lambda: purchasing.record(sale=told, key=f"{number}", at=NOON))

        came = at_once(act, calls=THREADS)

        assert Counter(came) == {"done": 1, "voucher-used": 7}
        assert Purchase.objects.count() == 2
        assert verifying.verify().first_fault is None
