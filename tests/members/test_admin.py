"""The desk's pages of members: what they show, what they cost, what they call."""

from decimal import Decimal
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
from members import closing, enrolling, purchasing, returning
from members.importing import purchases
from members.models import Card, CardState, ImportRun, Member, Purchase, PurchaseLine
from members.returning import Brought
from members.selling import SaleLine
from tests.conftest import NOON
from tests.members.builders import publish, sale
from tests.members.conftest import Writer

PEOPLE = "/desk/members/member/"
SALES = "/desk/members/purchase/"


@pytest.fixture
def desk(db: None) -> Client:
    boss = get_user_model().objects.create_superuser(
        email="boss@example.org", password="x", language="en"
    )
    client = Client()
    client.force_login(boss)
    return client


def change(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


def identity(member: Member) -> str:
    return reverse("admin:members_member_identity", args=[member.pk])


def in_french(desk: Client, url: str) -> str:
    """Return a page as it is told to somebody who reads French."""
    get_user_model().objects.update(language="fr")
    return desk.get(url).content.decode()


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

        # Session, user, tiers to filter by, count, rows, balances, their lots, and the book.
        assert queries_of(desk, PEOPLE) == at_20 == 8
        assert queries_of(desk, SALES) == 5

    @pytest.mark.parametrize(
        "asked", ["LOVE", "ada@example.org", "2000 0000 0012 1", "2000000000121"]
    )
    def test_finds_by_index(self, ada: Member, desk: Client, asked: str):
        enrolling.enrol(at=NOON, last_name="Hopper")

        page = desk.get(PEOPLE, {"q": asked}).content.decode()

        assert "Lovelace" in page
        assert "Hopper" not in page


class TestTheIdentity:
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

        answer = desk.post(identity(ada), said, follow=True)

        assert answer.redirect_chain == [(change(ada), 302)]
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

    def test_writes_what_was_changed_there_and_not_what_a_page_left_open_still_says(
        self, ada: Member, desk: Client
    ):
        page = desk.get(identity(ada)).context["adminform"].form
        shown = {field.html_name: field.value() or "" for field in page}
        shown |= {field.html_initial_name: shown[field.html_name] for field in page}
        Member.objects.filter(pk=ada.pk).update(email="moved@example.org")

        desk.post(identity(ada), shown | {"last_name": "King"})

        ada.refresh_from_db()
        assert (ada.last_name, ada.email) == ("King", "moved@example.org")
        assert ada.spending_locked_until is None

    def test_keeps_no_identifier_of_somebody_else(self, ada: Member, desk: Client):
        grace = enrolling.enrol(at=NOON, email="grace@example.org", last_name="Hopper")

        said = {"last_name": "Hopper", "email": "ada@example.org", "language": "fr"}
        answer = desk.post(identity(grace), said)

        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors.keys() == {"email"}
        grace.refresh_from_db()
        assert grace.email == "grace@example.org"

    def test_who_has_left_is_not_edited(self, ada: Member, desk: Client):
        closing.close(member=ada, key="close", at=NOON)

        Member.objects.filter(pk=ada.pk).update(birth_month=2, birth_day=29)
        assert "Birthday: 29 February" in words_of(desk.get(identity(ada)).content.decode())
        assert desk.post(identity(ada), {"last_name": "X"}).status_code == 403

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

        assert [act(name) for name in ("block", "unblock")] == ["BLOCKED", "ACTIVE"]

    def test_say_who_was_refused_and_do_the_others(self, ada: Member, desk: Client):
        grace = enrolling.enrol(at=NOON, email="grace@example.org")
        closing.close(member=ada, key="close", at=NOON)

        chosen = {"action": "block", "_selected_action": [ada.pk, grace.pk]}
        answer = desk.post(PEOPLE, chosen, follow=True)

        said = " ".join(str(message) for message in answer.context["messages"])
        assert ada.public_id in said
        states = Member.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["CLOSED", "BLOCKED"]

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
        french = words_of(in_french(desk, url))

        assert "Total: €19.99" in english
        assert "1 point per €1.00 €19.99 19" in english
        known = "tier Member multiplier of the tier × 1 spend counted before €0.00"
        assert f"What was known of the member: {known}" in english
        assert "In the book of points: Earned 19 points" in english
        assert "Achat du 10 mars 2026" in french
        assert "1 point par tranche de 1,00 € 19,99 € 19" in french
        assert "Canal : en magasin" in french

    def test_tells_what_came_back_what_it_took_and_why(self, ada: Member, desk: Client):
        lines = [SaleLine(name="Verbena", amount_cents=3_000, quantity=Decimal(3))]
        purchase = purchasing.record(sale=sale(ada, "30.00", lines=lines), key="a", at=NOON)
        url = reverse("admin:members_purchase_change", args=[purchase.pk])
        nothing = words_of(desk.get(url).content.decode())
        for key, told in (("b", {"quantities": {1: Decimal(1)}}), ("c", {"amount_cents": 500})):
            brought = Brought(purchase=purchase, occurred_at=NOON, receipt=f"R-{key}", **told)
            returning.record(brought=brought, key=key, at=NOON)

        english = words_of(desk.get(url).content.decode())

        assert "Nothing came back." in nothing
        assert "R-b 1 × Verbena €10.00 10 1 point per €1.00 30 → 20" in english
        assert "R-c an amount €5.00 5 its share of the amount" in english

    def test_lists_its_lines_in_words(self, ada: Member, desk: Client):
        Category.objects.create(code="tea", name="Tea and herbs")
        purchase = purchasing.record(sale=sale(ada), key="a", at=NOON)
        line = {"quantity": "1.500", "amount_cents": 630, "category": "tea"}
        PurchaseLine.objects.create(purchase=purchase, position=9, name="Verbena", **line)
        url = reverse("admin:members_purchase_change", args=[purchase.pk])

        listed = words_of(desk.get("/desk/members/purchaseline/").content.decode())
        told = words_of(in_french(desk, url))

        assert "Verbena – Tea and herbs 1,5 6,30 €" in told
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

    def test_says_on_which_lines_a_rule_gave(self, ada: Member, desk: Client):
        Category.objects.create(code="tea", name="Tea")
        terms = {
            "when": {"categories": ["tea"]},
            "then": {"give": "rate", "points": "2", "per_cents": 100},
        }
        publish("tea", terms)
        lines = [
            SaleLine(name="Verbena", category="tea", amount_cents=1_000),
            SaleLine(name="Cup", amount_cents=500),
        ]
        purchase = purchasing.record(sale=sale(ada, "15.00", lines=lines), key="a", at=NOON)

        url = reverse("admin:members_purchase_change", args=[purchase.pk])

        assert "tea Verbena €10.00 20" in words_of(desk.get(url).content.decode())

    def test_says_why_a_rule_gave_nothing(self, ada: Member, desk: Client):
        purchase = purchasing.record(sale=sale(None), key="a", at=NOON)

        page = desk.get(reverse("admin:members_purchase_change", args=[purchase.pk]))

        told = words_of(page.content.decode())
        assert "1 point per €1.00 No member was named." in told

    @pytest.mark.parametrize("asked", ["2026-03-10 R1", "2026-03-10", "ada@example.org"])
    def test_is_found_by_its_receipt_or_its_member(self, ada: Member, desk: Client, asked: str):
        paris = Store.objects.create(code="paris", name="Paris")
        purchase = purchasing.record(sale=sale(ada, receipt="R1", store=paris), key="a", at=NOON)

        its_page = reverse("admin:members_purchase_change", args=[purchase.pk])
        assert its_page in desk.get(SALES, {"q": asked}).content.decode()
        assert its_page not in desk.get(SALES, {"q": "2026-03-11"}).content.decode()

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
