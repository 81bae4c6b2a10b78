"""A receipt whose points are missing: found and given, or looked at; never guessed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.core.refusals import ValidationFailed
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.ledger import verifying
from loyalty.programmes.models import Programme, Store
from members import (
    attaching,
    blocking,
    claiming,
    enrolling,
    inviting,
    purchasing,
    resolving,
    returning,
)
from members.claiming import Receipt
from members.models import (
    Case,
    CaseKind,
    CaseMessage,
    CaseState,
    Claim,
    Member,
    Purchase,
    Side,
)
from members.returning import Brought
from tests.conftest import NOON
from tests.members.builders import points_of, sale
from tests.members.homes import allow
from tests.members.staff import appoint

DAY = timedelta(days=1)
TRUE = Receipt(number="R-7", bought_on=date(2026, 3, 10), total_cents=2_000)


@pytest.fixture
def nobodys(programme: Programme) -> Purchase:
    return purchasing.record(sale=sale(None, "20.00", receipt="R-7"), key="sale", at=NOON)


def claim(member: Member, receipt: Receipt = TRUE, *, key: str = "k", at=NOON + DAY) -> Claim:
    return claiming.claim(member=member, receipt=receipt, key=key, at=at)


class TestAReceiptThatFits:
    def test_is_theirs_at_once_with_its_points(self, ada: Member, nobodys: Purchase):
        said = claim(ada, replace(TRUE, number=" r-7 "))

        nobodys.refresh_from_db()
        assert (said.purchase, said.case, nobodys.member) == (nobodys, None, ada)
        assert points_of(ada, at=NOON + DAY) == 20
        assert Case.objects.exists() is False
        assert verifying.verify().first_fault is None

    def test_is_given_once_however_often_it_is_asked(self, ada: Member, nobodys: Purchase):
        first = claim(ada)

        assert claim(ada) == first
        assert claim(ada, key="other") == first
        assert (Claim.objects.count(), points_of(ada, at=NOON + DAY)) == (1, 20)

    def test_is_linked_after_a_crash_between_giving_and_saying_so(
        self, ada: Member, nobodys: Purchase
    ):
        said = claim(ada)
        Claim.objects.update(purchase=None)

        assert claim(ada).purchase == nobodys
        assert (said.pk, points_of(ada, at=NOON + DAY)) == (Claim.objects.get().pk, 20)

    def test_is_not_asked_for_what_is_on_the_card(self, ada: Member):
        purchasing.record(sale=sale(ada, "20.00", receipt="R-7"), key="sale", at=NOON)

        with pytest.raises(claiming.ReceiptIsOnCard):
            claim(ada)

        assert Claim.objects.exists() is False


class TestAReceiptThatDoesNot:
    @pytest.mark.parametrize(
        "wrong",
        [{"number": "R-8"}, {"bought_on": date(2026, 3, 9)}, {"total_cents": 2_001}],
    )
    def test_is_for_staff_to_look_at(
        self, ada: Member, nobodys: Purchase, wrong: dict[str, object]
    ):
        said = claim(ada, replace(TRUE, **wrong))  # type: ignore[arg-type]

        assert said.purchase is None
        assert said.case is not None
        assert (said.case.kind, said.case.source) == (CaseKind.CLAIM, "claim")
        nobodys.refresh_from_db()
        assert (nobodys.member, points_of(ada, at=NOON + DAY)) == (None, 0)

    def test_says_the_receipt_in_the_member_s_language(self, ada: Member):
        Member.objects.update(language="fr")

        said = claim(ada)

        assert said.case is not None
        assert said.case.subject == "Points manquants\N{NO-BREAK SPACE}: ticket R-7"
        assert "10 mars 2026" in said.case.messages.get().text

    def test_is_another_s_twice_there_returned_or_too_old(self, ada: Member):
        lyon = Store.objects.create(code="lyon", name="Lyon")
        ben = enrolling.enrol(at=NOON - 40 * DAY, email="ben@example.org")
        told = {"occurred_at": NOON, "receipt": "R-1"}
        purchasing.record(sale=sale(ben, "20.00", **told), key="his", at=NOON)
        for key, store in (("one", None), ("two", lyon)):
            purchasing.record(
                sale=sale(None, "20.00", receipt="R-2", store=store), key=key, at=NOON
            )
        brought = purchasing.record(sale=sale(None, "20.00", receipt="R-3"), key="r", at=NOON)
        returning.record(
            brought=Brought(purchase=brought, occurred_at=NOON, receipt="B"), key="b", at=NOON
        )
        answers = [
            claim(ada, replace(TRUE, number=number), key=number)
            for number in ("R-1", "R-2", "R-3")
        ]

        assert [one.purchase for one in answers] == [None] * 3
        assert Case.objects.filter(kind=CaseKind.CLAIM).count() == 3
        old = purchasing.record(sale=sale(None, "20.00", receipt="R-4"), key="o", at=NOON)
        late = claim(ada, replace(TRUE, number="R-4"), key="R-4", at=NOON + 8 * DAY)
        old.refresh_from_db()
        assert (late.purchase, old.member, points_of(ada, at=NOON + DAY)) == (None, None, 0)


class TestTheSameReceiptAgain:
    @pytest.fixture
    def told(self, ada: Member) -> Claim:
        """What Ada claimed before her till had sent the sale."""
        return claim(ada)

    def resolve(self, told: Claim) -> Case:
        case = Case.objects.get(claim=told)
        carer = appoint(Role.CUSTOMER_CARE)
        return resolving.resolve(case=case, by=carer, seen=case.version, at=NOON + DAY)

    @pytest.mark.parametrize("key", ["k", "other"])
    @pytest.mark.parametrize("is_resolved", [False, True])
    def test_is_given_once_its_sale_has_arrived(
        self, ada: Member, told: Claim, *, key: str, is_resolved: bool
    ):
        if is_resolved:
            self.resolve(told)
        sold = purchasing.record(sale=sale(None, "20.00", receipt="R-7"), key="late", at=NOON)

        again = claim(ada, key=key, at=NOON + 2 * DAY)

        assert (again.pk, again.purchase, points_of(ada, at=NOON + 2 * DAY)) == (told.pk, sold, 20)
        assert (Case.objects.get().reopened, CaseMessage.objects.count()) == (0, 1)

    def test_changes_nothing_while_staff_look_at_it(self, ada: Member, told: Claim):
        again = claim(ada, key="other", at=NOON + 2 * DAY)

        case = Case.objects.get()
        assert (again, again.purchase, again.case) == (told, None, case)
        assert (case.version, case.reopened, CaseMessage.objects.count()) == (1, 0, 1)

    def test_reopens_once_what_staff_had_resolved(self, ada: Member, told: Claim):
        self.resolve(told)

        for _twice in range(2):
            again = claim(ada, key="other", at=NOON + 2 * DAY)

        case = Case.objects.get()
        assert (again, again.purchase, again.case) == (told, None, case)
        assert (case.state, case.reopened) == (CaseState.OPEN, 1)
        words = "Ticket R-7 du 10 mars 2026, 20,00\xa0€\xa0: ses points manquent."
        said = case.messages.order_by("pk").values_list("side", "text")
        assert list(said) == [(Side.MEMBER, words)] * 2

    def test_is_not_asked_for_what_the_till_put_on_the_card_since(self, ada: Member, told: Claim):
        self.resolve(told)
        purchasing.record(sale=sale(ada, "20.00", receipt="R-7"), key="late", at=NOON)

        with pytest.raises(claiming.ReceiptIsOnCard):
            claim(ada, key="other", at=NOON + 2 * DAY)

        assert Case.objects.get().reopened == 0
        assert points_of(ada, at=NOON + 2 * DAY) == 20


class TestGuessing:
    def test_is_refused_at_the_fourth_receipt_in_a_day(self, ada: Member, nobodys: Purchase):
        for number in ("A", "B", "C"):
            claim(ada, replace(TRUE, number=number), key=number)

        with pytest.raises(claiming.TooManyClaims):
            claim(ada)

        nobodys.refresh_from_db()
        assert (nobodys.member, Claim.objects.count(), Case.objects.count()) == (None, 3, 3)
        assert claim(ada, key="later", at=NOON + 3 * DAY).purchase == nobodys

    def test_is_refused_at_the_eleventh_in_a_month(self, ada: Member):
        for day in range(10):
            claim(ada, replace(TRUE, number=f"N{day}"), key=f"{day}", at=NOON + day * DAY)

        with pytest.raises(claiming.TooManyClaims):
            claim(ada, key="eleventh", at=NOON + 10 * DAY)

        assert Claim.objects.count() == 10

    def test_of_one_receipt_by_many_leaves_it_to_staff(self, ada: Member, nobodys: Purchase):
        for number, cents in (("r-7", 1_998), ("R-7", 1_999)):
            other = enrolling.enrol(at=NOON, email=f"m{cents}@example.org")
            claim(other, replace(TRUE, number=number, total_cents=cents))

        said = claim(ada)

        nobodys.refresh_from_db()
        assert (said.purchase, nobodys.member) == (None, None)
        assert said.case is not None

    def test_of_another_day_s_receipt_of_that_number_counts_for_nothing(
        self, ada: Member, nobodys: Purchase
    ):
        for days in (1, 2):
            other = enrolling.enrol(at=NOON, email=f"m{days}@example.org")
            claim(other, replace(TRUE, bought_on=TRUE.bought_on - days * DAY))

        assert claim(ada).purchase == nobodys

    def test_finds_nothing_for_who_is_blocked_or_types_nothing(
        self, ada: Member, nobodys: Purchase
    ):
        with pytest.raises(ValidationFailed):
            claim(ada, replace(TRUE, number=" "))
        blocking.block(member=ada, at=NOON, actor="user:1")

        with pytest.raises(blocking.MemberBlocked):
            claim(ada)

        nobodys.refresh_from_db()
        assert (nobodys.member, Claim.objects.exists()) == (None, False)


class TestStaff:
    @pytest.fixture
    def carer(self, programme: Programme) -> User:
        return appoint(Role.CUSTOMER_CARE)

    def test_give_the_sale_that_they_find_once(self, ada: Member, nobodys: Purchase, carer: User):
        said = claim(ada, replace(TRUE, bought_on=date(2026, 3, 9)))
        assert said.case is not None
        assert claiming.get_candidates(said=said, reader=carer) == [nobodys]

        given = claiming.give(case=said.case, purchase=nobodys.pk, by=carer, at=NOON + DAY)

        assert (given.purchase, points_of(ada, at=NOON + DAY)) == (nobodys, 20)
        with pytest.raises(claiming.ClaimSettled):
            claiming.give(case=said.case, purchase=nobodys.pk, by=carer, at=NOON + DAY)

    def test_give_no_other_sale_and_only_who_may(
        self, ada: Member, nobodys: Purchase, carer: User
    ):
        other = purchasing.record(sale=sale(None, "90.00", receipt="R-8"), key="8", at=NOON)
        case = claim(ada, replace(TRUE, total_cents=2_001)).case
        assert case is not None
        with pytest.raises(claiming.NoSuchSale):
            claiming.give(case=case, purchase=other.pk, by=carer, at=NOON + DAY)

        with pytest.raises(permitting.NotPermitted):
            claiming.give(case=case, purchase=nobodys.pk, by=appoint(Role.AUDITOR), at=NOON + DAY)

        nobodys.refresh_from_db()
        assert (nobodys.member, points_of(ada, at=NOON + DAY)) == (None, 0)


def indexes_of(work: Callable[[], object]) -> list[str]:
    """Return by which indexes each statement that looks for sales is answered."""
    with CaptureQueriesContext(connection) as captured:
        work()
    asked = [one["sql"] for one in captured if 'FROM "members_purchase"' in one["sql"]]
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in asked:
            cursor.execute(f"EXPLAIN {statement}")
            plan = " ".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan
            found.append(" ".join(sorted(set(re.findall(r"members_purchase_\w+", plan)))))
    return found


@pytest.mark.postgresql
class TestTheLookUp:
    @pytest.fixture(autouse=True)
    def _busy_day(self, ada: Member, nobodys: Purchase):
        """A day of enough sales that reading all of them would be the worse plan."""
        said = {"occurred_at": NOON, "business_on": TRUE.bought_on, "recorded_at": NOON}
        ben = enrolling.enrol(at=NOON, email="ben@example.org")
        Purchase.objects.bulk_create(
            Purchase(
                public_id=f"pur_{n}", key=f"busy-{n}", receipt=f"B-{n}", total_cents=2_000,
                member=ben if n % 2 else None, **said,
            )
            for n in range(1_000)
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE members_purchase")

    def test_of_what_is_nobodys_reads_no_other_sale_of_the_days(self, ada: Member):
        said = claim(ada, replace(TRUE, bought_on=date(2026, 3, 9)))
        boss = appoint(Role.ADMINISTRATOR)

        used = indexes_of(lambda: claiming.get_candidates(said=said, reader=boss))

        assert used == ["members_purchase_of_nobody"]

    def test_of_a_claim_reads_no_other_sale_of_the_day(self, ada: Member, nobodys: Purchase):
        used = indexes_of(lambda: claim(ada))

        assert Purchase.objects.filter(member=ada).get() == nobodys
        # Their own of that day, before the claim is written and after; then what is nobody's.
        assert used[:4] == [
            "members_purchase_by_day",
            "members_purchase_by_day",
            "members_purchase_of_nobody",
            "members_purchase_of_somebody",
        ]


class TestAManagerOfOneStore:
    def test_finds_and_gives_what_was_sold_in_theirs_and_nothing_else(self, programme: Programme):
        lyon, nice = (Store.objects.create(code=code, name=code) for code in ("lyon", "nice"))
        ada = enrolling.enrol(at=NOON - 40 * DAY, email="ada@b.test", store=lyon)
        here, there, nowhere = (
            purchasing.record(
                sale=sale(None, "20.00", receipt="R-7", store=store), key=str(store), at=NOON
            )
            for store in (lyon, nice, None)
        )
        said = claim(ada)
        assert said.case is not None
        manager = appoint(Role.STORE_MANAGER, stores=(lyon,))

        assert claiming.get_candidates(said=said, reader=manager) == [here]
        for other in (there, nowhere):
            with pytest.raises(claiming.NoSuchSale):
                claiming.give(case=said.case, purchase=other.pk, by=manager, at=NOON + DAY)
            other.refresh_from_db()
            assert other.member is None
        given = claiming.give(case=said.case, purchase=here.pk, by=manager, at=NOON + DAY)
        assert given.purchase == here


class TestSomebodyWhoWorksHere:
    @pytest.mark.parametrize("is_housemate", [False, True])
    def test_is_given_no_receipt_but_by_a_colleague(
        self, ada: Member, nobodys: Purchase, *, is_housemate: bool
    ):
        cashier = appoint(Role.CASHIER)
        own = enrolling.enrol(at=NOON, email=cashier.email.replace("@", "+club@"))
        if is_housemate:
            allow()
            inviting.bring_together(
                member=ada, other=own, at=NOON, actor="user:1",
                by=appoint(Role.ADMINISTRATOR), reason="asked",
            )  # fmt: skip
        whose = ada if is_housemate else own

        said = claim(whose)

        nobodys.refresh_from_db()
        assert (said.purchase, nobodys.member) == (None, None)
        assert said.case is not None
        given = claiming.give(
            case=said.case, purchase=nobodys.pk, by=appoint(Role.CUSTOMER_CARE), at=NOON + DAY
        )
        assert given.purchase == nobodys


class TestAnother:
    def test_who_was_quicker_keeps_it(self, ada: Member, nobodys: Purchase):
        ben = enrolling.enrol(at=NOON - 40 * DAY, email="ben@example.org")
        attaching.attach(purchase=nobodys, member=ben, key="till", at=NOON)

        said = claim(ada)

        nobodys.refresh_from_db()
        assert (nobodys.member, said.purchase) == (ben, None)
