"""The desk's pages of members: what they show, what they cost, what they call."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from loyalty.events.models import OutboxEvent
from loyalty.programmes.models import Category, Store
from members import closing, enrolling, purchasing
from members.importing import purchases
from members.models import Card, CardState, ImportRun, Member, Purchase, PurchaseLine
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


def words_of(page: str) -> str:
    """Return what a page says, without its tags, each blank as one plain space."""
    return " ".join(unescape(strip_tags(page)).split())


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
        told = words_of(page)
        assert "available 120 pending 0 next to expire 120 on March 10, 2027" in told
        assert "Silver until March 10, 2027" in told
        assert "To reach Gold: €130.00 more." in told
        assert "To keep Silver: €100.00 more by March 10, 2027." in told
        assert "March 10, 2026 – €120.00 120" in told
        assert "reached by spend" in told
        assert reverse("admin:members_purchase_change", args=[purchase.pk]) in page

    def test_is_told_in_french(self, ada: Member, desk: Client):
        Member.objects.filter(pk=ada.pk).update(birth_month=12, birth_day=10)
        purchasing.record(sale=sale(ada, "1120.00"), key="a", at=NOON)

        page = desk.get(change(ada), headers={"accept-language": "fr"}).content.decode()

        told = words_of(page)
        assert "disponibles 1 120 en attente 0" in told
        assert "Or jusqu’au 10 mars 2027" in told
        assert "10 mars 2026 – 1 120,00 € 1 120" in told
        assert "atteint par les achats" in told
        assert '<option value="12" selected>décembre</option>' in page

    def test_who_has_nothing_yet_reads_so(self, ada: Member, desk: Client):
        told = words_of(desk.get(change(ada)).content.decode())

        assert "available 0 pending 0 next to expire nothing expires" in told
        assert "Tier: Member To reach Silver: €100.00 more." in told
        assert "No purchase yet: the first one will show here." in told

    def test_costs_the_same_for_3_sales_and_for_30(self, ada: Member, desk: Client):
        for place in range(3):
            at = NOON + timedelta(minutes=place)
            purchasing.record(sale=sale(ada, "1.00", occurred_at=at), key=f"{at}", at=at)
        queries_of(desk, change(ada))
        few = queries_of(desk, change(ada))
        for place in range(3, 30):
            at = NOON + timedelta(minutes=place)
            purchasing.record(sale=sale(ada, "1.00", occurred_at=at), key=f"{at}", at=at)

        # Session, user, member, cards, consents, tier changes, the menu's question; account,
        # lots and book; book, spend and book of the standing; purchases and book.
        assert queries_of(desk, change(ada)) == few == 15

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

        Member.objects.filter(pk=ada.pk).update(birth_month=2, birth_day=29)
        assert "Birthday: February 29" in words_of(desk.get(change(ada)).content.decode())
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

        url = reverse("admin:members_purchase_change", args=[purchase.pk])
        english = words_of(desk.get(url).content.decode())
        french = words_of(desk.get(url, headers={"accept-language": "fr"}).content.decode())

        assert "Total: €19.99" in english
        assert "1 point per €1.00 €19.99 19" in english
        assert "Achat du 10 mars 2026" in french
        assert "1 point par tranche de 1,00 € 19,99 € 19" in french
        assert "Canal : en magasin" in french

    def test_lists_its_lines_in_words(self, ada: Member, desk: Client):
        Category.objects.create(code="tea", name="Tea and herbs")
        purchase = purchasing.record(sale=sale(ada), key="a", at=NOON)
        line = {"quantity": "1.500", "amount_cents": 630, "category": "tea"}
        PurchaseLine.objects.create(purchase=purchase, position=9, name="Verbena", **line)
        url = reverse("admin:members_purchase_change", args=[purchase.pk])

        told = words_of(desk.get(url, headers={"accept-language": "fr"}).content.decode())
        listed = words_of(desk.get("/desk/members/purchaseline/").content.decode())

        assert "Verbena - Tea and herbs 1,5 6,30 €" in told
        assert "VerbenaTea and herbs1.5€6.30" in listed

    def test_costs_the_same_for_2_lines_and_for_20(self, ada: Member, desk: Client):
        purchase = purchasing.record(sale=sale(ada), key="a", at=NOON)
        url = reverse("admin:members_purchase_change", args=[purchase.pk])

        def with_lines(start: int, stop: int) -> int:
            for place in range(start, stop):
                PurchaseLine.objects.create(purchase=purchase, position=place, amount_cents=1)
            return queries_of(desk, url)

        with_lines(10, 12)
        assert with_lines(12, 14) == with_lines(14, 30)

    def test_says_why_a_rule_gave_nothing(self, ada: Member, desk: Client):
        purchase = purchasing.record(sale=sale(None), key="a", at=NOON)

        page = desk.get(reverse("admin:members_purchase_change", args=[purchase.pk]))

        told = words_of(page.content.decode())
        assert "1 point per €1.00 No member was named." in told

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
