"""The desk's pages of members: what they show, what they cost, what they call."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.events.models import OutboxEvent
from loyalty.programmes.models import Store
from members import closing, enrolling, purchasing
from members.importing import purchases
from members.models import Card, CardState, ImportRun, Member, Purchase
from tests.conftest import NOON
from tests.members.builders import sale
from tests.members.conftest import Writer

PEOPLE = "/desk/members/member/"
SALES = "/desk/members/purchase/"


@pytest.fixture
def desk(db: None) -> Client:
    boss = get_user_model().objects.create_superuser(email="boss@example.org", password="x")
    client = Client(headers={"accept-language": "en"})
    client.force_login(boss)
    return client


def change(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


def queries_of(desk: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(url).status_code == 200
    return len(captured)


def many(count: int) -> None:
    """Members with cards, sales and tiers, as real ones have them."""
    for _n in range(count - Member.objects.count()):
        member = enrolling.enrol(at=NOON, last_name="Curie")
        for place in range(2):
            key = f"{member.pk}-{place}"
            purchasing.record(sale=sale(member, "80.00"), key=key, at=NOON)


class TestTheListOfMembers:
    def test_shows_what_each_has_now(self, ada: Member, desk: Client):
        purchasing.record(sale=sale(ada, "120.00"), key="a", at=NOON)

        page = desk.get(PEOPLE).content.decode()

        assert "Ada Lovelace" in page
        assert '<td class="field-points">120</td>' in page
        assert "ada@example.org" in page

    def test_costs_the_same_for_20_and_for_100(self, ada: Member, desk: Client):
        many(20)
        queries_of(desk, PEOPLE)
        at_20 = queries_of(desk, PEOPLE)
        many(100)

        # Session, user, count, rows, tiers to filter by, book, balances with their lots,
        # and the settings of the page.
        assert queries_of(desk, PEOPLE) == at_20 == 9
        assert queries_of(desk, SALES) == 6

    @pytest.mark.parametrize(
        "asked", ["LOVE", "ada@example.org", "2000 0000 0012 1", "2000000000121"]
    )
    def test_finds_by_index(self, ada: Member, desk: Client, asked: str):
        enrolling.enrol(at=NOON, last_name="Hopper")

        page = desk.get(PEOPLE, {"q": asked}).content.decode()

        assert "Lovelace" in page
        assert "Hopper" not in page


class TestTheMember:
    def test_is_told_on_one_page(self, ada: Member, desk: Client):
        purchase = purchasing.record(sale=sale(ada, "120.00"), key="a", at=NOON)

        page = desk.get(change(ada)).content.decode()

        assert "2000000000121" in page
        assert "points: 120" in page
        assert "Silver" in page
        assert reverse("admin:members_purchase_change", args=[purchase.pk]) in page

    def test_costs_the_same_for_3_sales_and_for_30(self, ada: Member, desk: Client):
        for place in range(3):
            at = NOON + timedelta(minutes=place)
            purchasing.record(sale=sale(ada, "1.00", occurred_at=at), key=f"{at}", at=at)
        queries_of(desk, change(ada))
        few = queries_of(desk, change(ada))
        for place in range(3, 30):
            at = NOON + timedelta(minutes=place)
            purchasing.record(sale=sale(ada, "1.00", occurred_at=at), key=f"{at}", at=at)

        assert queries_of(desk, change(ada)) == few

    def test_is_corrected_and_what_it_was_is_kept(self, ada: Member, desk: Client):
        said = {
            "first_name": "Augusta Ada",
            "last_name": "King",
            "email": " Countess@Example.org ",
            "phone": "06 12 34 56 78",
            "external_id": "",
            "birth_month": "12",
            "birth_day": "10",
            "language": "en",
        }

        answer = desk.post(change(ada), said | _management(), follow=True)

        assert answer.status_code == 200
        ada.refresh_from_db()
        assert (ada.first_name, ada.email, str(ada.phone)) == (
            "Augusta Ada", "countess@example.org", "+33612345678",
        )  # fmt: skip
        names = Member.history.filter(id=ada.pk).order_by("history_id")
        assert [row.last_name for row in names] == ["Lovelace", "King"]
        fields = OutboxEvent.objects.get(name="member.updated").payload["fields"]
        assert fields == [
            "birth_day", "birth_month", "email", "first_name", "language", "last_name", "phone",
        ]  # fmt: skip

    def test_keeps_no_identifier_of_somebody_else(self, ada: Member, desk: Client):
        grace = enrolling.enrol(at=NOON, email="grace@example.org", last_name="Hopper")

        said = {"last_name": "Hopper", "email": "ada@example.org", "language": "fr"}
        answer = desk.post(change(grace), said | _management())

        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors.keys() == {"email"}
        grace.refresh_from_db()
        assert grace.email == "grace@example.org"

    def test_who_has_left_is_not_edited(self, ada: Member, desk: Client):
        closing.close(member=ada, key="close", at=NOON)

        assert desk.get(change(ada)).status_code == 200
        assert desk.post(change(ada), {"last_name": "X"} | _management()).status_code == 403

    def test_is_enrolled_at_the_desk(self, ada: Member, desk: Client):
        said = {"last_name": "Hopper", "email": "grace@example.org", "language": "fr"}

        answer = desk.post(PEOPLE + "add/", said | {"card": "2000000000138"}, follow=True)

        assert answer.status_code == 200
        grace = Member.objects.get(last_name="Hopper")
        assert grace.cards.get().number == "2000000000138"
        assert grace.public_id.startswith("mem_")


class TestActions:
    def test_call_the_capabilities(self, ada: Member, desk: Client):
        def act(name: str) -> str:
            desk.post(PEOPLE, {"action": name, "_selected_action": [ada.pk]}, follow=True)
            ada.refresh_from_db()
            return ada.state

        assert [act(name) for name in ("block", "unblock", "close", "unblock")] == [
            "BLOCKED",
            "ACTIVE",
            "CLOSED",
            "CLOSED",
        ]

    def test_are_not_for_who_may_only_look(self, ada: Member, db: None):
        cashier = get_user_model().objects.create_user(email="c@example.org", is_staff=True)
        client = Client()
        client.force_login(cashier)

        client.post(PEOPLE, {"action": "block", "_selected_action": [ada.pk]})

        ada.refresh_from_db()
        assert ada.state == "ACTIVE"

    def test_block_a_lost_card(self, ada: Member, desk: Client):
        card = Card.objects.get()

        desk.post("/desk/members/card/", {"action": "block", "_selected_action": [card.pk]})

        card.refresh_from_db()
        assert card.state == CardState.BLOCKED


class TestThePurchase:
    def test_explains_its_award(self, ada: Member, desk: Client):
        purchase = purchasing.record(sale=sale(ada, "19.99"), key="a", at=NOON)

        page = desk.get(reverse("admin:members_purchase_change", args=[purchase.pk]))

        assert "19.99" in page.content.decode()
        assert "19 (points)" in page.content.decode()

    def test_says_why_a_rule_gave_nothing(self, ada: Member, desk: Client):
        purchase = purchasing.record(sale=sale(None), key="a", at=NOON)

        page = desk.get(reverse("admin:members_purchase_change", args=[purchase.pk]))

        assert "No member was named." in page.content.decode()

    @pytest.mark.parametrize("asked", ["2026-03-10 R1", "2026-03-10", "ada@example.org"])
    def test_is_found_by_its_receipt_or_its_member(self, ada: Member, desk: Client, asked: str):
        paris = Store.objects.create(code="paris", name="Paris")
        purchase = purchasing.record(sale=sale(ada, receipt="R1", store=paris), key="a", at=NOON)

        assert purchase.public_id in desk.get(SALES, {"q": asked}).content.decode()
        assert purchase.public_id not in desk.get(SALES, {"q": "2026-03-11"}).content.decode()

    def test_is_read_and_never_written(self, ada: Member, desk: Client):
        purchase = purchasing.record(sale=sale(ada), key="a", at=NOON)
        url = reverse("admin:members_purchase_change", args=[purchase.pk])

        assert desk.post(url, {"points": 1_000}).status_code == 403
        assert Purchase.objects.get().points == 20


class TestTheImport:
    def test_shows_which_lines_were_refused(self, ada: Member, desk: Client, write: Writer):
        purchases.bring_in(path=write("member,date,amount\nm1,2026-01-05,-5\n"), at=NOON)
        run = ImportRun.objects.get()

        page = desk.get(reverse("admin:members_importrun_change", args=[run.pk]))

        assert "negative-amount" in page.content.decode()


def _management() -> dict[str, str]:
    """Return what the page's read-only tables send along."""
    return {
        f"{name}-{part}_FORMS": "0"
        for name in ("cards", "consents", "tier_changes")
        for part in ("TOTAL", "INITIAL")
    }
