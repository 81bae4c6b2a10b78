"""Lists that staff take away: their own rows, as figures and words, and written down."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from loyalty.desk.exporting import lists, writing
from loyalty.desk.exporting.columns import Column
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Category, Product, Store, StoreAssignment
from members import consenting, enrolling, purchasing
from members.consenting import Said
from members.models import Export, ImportFile, Member
from rewards.models import Reward
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import words_of
from tests.members.builders import give_voucher, sale

EXPORTS = "/desk/exports/?what="
FORMULA = "=cmd|'/c calc'!A0"

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def desk(desk: Client) -> Client:
    """An administrator who reads English and showed a moment ago who they are."""
    User.objects.update(language="en")
    prove(desk)
    return desk


@pytest.fixture
def ada(db: None) -> Member:
    return enrolling.enrol(
        at=NOON, first_name=FORMULA, last_name="-Lovelace", email="ada@shop.test",
        phone="+33612345678", external_id="@c1", birthday=(12, 10),
        store=Store.objects.get(code="bastille"), source="+web",
    )  # fmt: skip


def take(client: Client, what: str, **said: Any) -> list[dict[str, str]]:
    answer = client.post(EXPORTS + what, {"file_format": "csv", "has_codes": "on", **said})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def take_sheet(client: Client, what: str, **said: Any) -> list[tuple[Any, ...]]:
    answer = client.post(EXPORTS + what, {"file_format": "xlsx", "has_codes": "on", **said})
    content = io.BytesIO(b"".join(answer.streaming_content))
    return list(load_workbook(content).active.iter_rows(values_only=True))


class TestMembers:
    def test_are_words_that_nothing_runs(self, desk: Client, ada: Member):
        (row,) = take(desk, "members")

        assert row == {
            "public_id": ada.public_id, "external_id": "'@c1", "first_name": f"'{FORMULA}",
            "last_name": "'-Lovelace", "email": "ada@shop.test", "phone": "'+33612345678",
            "card": ada.cards.get().number, "birthday": "12-10", "language": "fr",
            "enrolled_at": "2026-03-10T12:00:00+01:00", "source": "'+web", "state": "ACTIVE",
            "store": "bastille", "tier": "member",
        }  # fmt: skip

    def test_are_named_in_the_readers_language(self, desk: Client, ada: Member):
        User.objects.update(language="fr")
        answer = desk.post(EXPORTS + "members", {"file_format": "csv"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")

        assert "Prénom;Nom de famille;E-mail;Téléphone;Numéro de carte;" in text.splitlines()[0]

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    @pytest.mark.parametrize("language", ["en", "fr"])
    @pytest.mark.parametrize("codes", [{}, {"has_codes": "on"}])
    def test_come_back_and_change_nothing(
        self, desk: Client, ada: Member, file_format: str, language: str, codes: dict
    ):
        enrolling.enrol(at=NOON, first_name="Bob")
        User.objects.update(language=language)
        before = list(Member.objects.order_by("pk").values())

        answer = desk.post(EXPORTS + "members", {"file_format": file_format, **codes})
        content = b"".join(answer.streaming_content)
        file = SimpleUploadedFile(f"members.{file_format}", content)
        desk.post("/desk/imports/", {"kind": "members", "file": file})

        said = ImportFile.objects.get().report
        assert (said["lines"], said["known"], said["errors"]) == (2, 2, [])
        assert list(Member.objects.order_by("pk").values()) == before

    def test_are_narrowed(self, desk: Client, ada: Member):
        bob = enrolling.enrol(at=NOON - timedelta(days=40), first_name="Bob")

        def ids(**said: Any) -> set[str]:
            return {row["public_id"] for row in take(desk, "members", **said)}

        assert ids(store="bastille") == {ada.public_id}
        assert ids(until="2026-02-28") == {bob.public_id}
        assert ids(since="2026-03-10", until="2026-03-10") == {ada.public_id}
        assert ids(state="BLOCKED") == set()
        assert ids(tier="gold") == set()

    def test_are_written_to_only_if_they_agreed_and_have_not_taken_it_back(
        self, desk: Client, ada: Member
    ):
        yes = Said(channel="EMAIL", purpose="MARKETING", is_given=True, text_version="1")
        assert take(desk, "members", channel="EMAIL") == []

        consenting.say(member=ada, said=yes, at=NOON)
        (row,) = take(desk, "members", channel="EMAIL")
        consenting.withdraw(
            member=ada, channel="EMAIL", purpose="MARKETING", at=NOON + timedelta(hours=1)
        )

        assert row["email"] == "ada@shop.test"
        assert "phone" not in row
        assert take(desk, "members", channel="EMAIL") == []

    def test_keep_their_addresses_from_who_may_not_change_them(self, sign_in: SignIn, ada: Member):
        marketing = sign_in(Role.MARKETING)
        prove(marketing)

        (row,) = take(marketing, "members")

        assert "email" not in row
        assert "phone" not in row

    def test_are_those_of_a_managers_own_stores(self, sign_in: SignIn, ada: Member):
        enrolling.enrol(at=NOON, first_name="Bob")
        manager = sign_in(Role.STORE_MANAGER)
        prove(manager)
        assert take(manager, "members") == []

        user = User.objects.get(email="store_manager@example.test")
        StoreAssignment.objects.create(user=user, store=Store.objects.get(code="bastille"))

        assert [row["public_id"] for row in take(manager, "members")] == [ada.public_id]


class TestOtherLists:
    def test_purchases_say_figures_as_figures(self, desk: Client, ada: Member):
        told = sale(
            ada, "13.80", receipt="=R1", till="+1", store=Store.objects.get(code="bastille")
        )
        purchasing.record(sale=told, key="a", at=NOON)

        (row,) = take(desk, "purchases")
        head, cells = take_sheet(desk, "purchases")

        assert (row["amount"], row["points"]) == ("13.80", "13")
        assert (row["receipt"], row["till"], row["member"]) == ("'=R1", "'+1", "'@c1")
        sheet = dict(zip(head, cells, strict=True))
        assert (sheet["amount"], sheet["points"], sheet["receipt"]) == (13.8, 13, "'=R1")
        assert sheet["at"] == (NOON + timedelta(hours=1)).replace(tzinfo=None)

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_rewards_come_back_and_change_nothing(
        self, desk: Client, file_format: str, language: str
    ):
        Reward.objects.filter(public_id="rew_1").update(
            name_fr="=Café", value_cents=280, starts_at=NOON.replace(microsecond=7)
        )
        User.objects.update(language=language)
        before = list(Reward.objects.order_by("pk").values())

        answer = desk.post(EXPORTS + "rewards", {"file_format": file_format})
        content = b"".join(answer.streaming_content)
        file = SimpleUploadedFile(f"rewards.{file_format}", content)
        desk.post("/desk/imports/", {"kind": "rewards", "file": file})

        said = ImportFile.objects.get().report
        assert (said["lines"], said["known"], said["changed"]) == (3, 3, 0)
        assert list(Reward.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    @pytest.mark.parametrize("language", ["en", "fr"])
    @pytest.mark.parametrize("what", ["categories", "products"])
    def test_what_is_sold_comes_back_and_changes_nothing(
        self, desk: Client, file_format: str, language: str, what: str
    ):
        drinks = Category.objects.create(code="drinks", name=FORMULA, is_excluded=True)
        coffee = Category.objects.create(code="coffee", name="Café", parent=drinks)
        Product.objects.create(
            sku="+ESP", name_fr=FORMULA, category=coffee, brand="@own", tags=["bio", "noel"]
        )
        Product.objects.create(sku="CUP", name_fr="Tasse", name_en="Cup")
        User.objects.update(language=language)

        answer = desk.post(EXPORTS + what, {"file_format": file_format})
        content = b"".join(answer.streaming_content)
        file = SimpleUploadedFile(f"{what}.{file_format}", content)
        desk.post("/desk/imports/", {"kind": what, "file": file})

        said = ImportFile.objects.get().report
        assert (said["lines"], said["known"], said["changed"], said["refused"]) == (2, 2, 0, 0)

    def test_what_is_sold_runs_no_formula(self, desk: Client):
        tea = Category.objects.create(code="tea", name=FORMULA)
        Product.objects.create(sku="+TEA", name_fr=FORMULA, category=tea, tags=["bio", "noel"])

        assert take(desk, "categories") == [
            {"code": "tea", "name": f"'{FORMULA}", "parent": "", "is_excluded": "0"}
        ]
        assert take(desk, "products") == [
            {
                "sku": "'+TEA", "name_fr": f"'{FORMULA}", "name_en": "", "category": "tea",
                "brand": "", "tags": "bio, noel",
            }
        ]  # fmt: skip

    def test_vouchers_show_their_code_to_few(self, desk: Client, sign_in: SignIn, ada: Member):
        voucher = give_voucher(ada)
        manager = sign_in(Role.STORE_MANAGER)
        prove(manager)
        user = User.objects.get(email="store_manager@example.test")
        StoreAssignment.objects.create(user=user, store=Store.objects.get(code="bastille"))

        assert take(desk, "vouchers")[0]["code"] == voucher.spelled
        assert take(manager, "vouchers")[0]["code"] == f"… {voucher.spelled[-5:]}"
        assert take(desk, "vouchers", state="USED") == []

    @pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
    def test_run_no_formula_in_any_column_of_words(self, first: str):
        columns = [Column(f"c{n}", "c", lambda _row: f"{first}1+1") for n in range(3)]
        terms = {"columns": columns, "zone": None, "language": "en", "has_codes": True}

        text = "".join(writing.stream_csv([1], **terms))  # type: ignore[arg-type]
        with writing.write_xlsx([1], **terms) as file:  # type: ignore[arg-type]
            kinds = {cell.data_type for cell in load_workbook(file).active[2]}

        _head, row = csv.reader(io.StringIO(text, newline=""))
        assert row == [f"'{first}1+1"] * 3
        assert kinds == {"s"}


class TestTheFile:
    def test_is_written_as_it_is_read(self):
        """Of a million rows, a piece is in memory."""
        asked = []

        def rows() -> Iterator[int]:
            for number in range(10_000):
                asked.append(number)
                yield number

        columns = [Column("n", "n", lambda row: row)]
        pieces = writing.stream_csv(
            rows(), columns=columns, zone=None, language="en", has_codes=True  # type: ignore[arg-type]
        )  # fmt: skip
        next(pieces)
        next(pieces)

        assert len(asked) < 1_000

    def test_goes_on_on_another_sheet(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(writing, "MOST_ROWS", 2)
        columns = [Column("n", "n", lambda row: row)]

        file = writing.write_xlsx(
            range(5), columns=columns, zone=None, language="en", has_codes=True  # type: ignore[arg-type]
        )  # fmt: skip

        with file:
            sheets = load_workbook(file).worksheets
        assert [sheet.max_row for sheet in sheets] == [3, 3, 2]

    def test_costs_the_same_for_two_rows_and_for_twenty(self, desk: Client):
        asked = []
        for count in (2, 18):
            for _n in range(count):
                enrolling.enrol(at=NOON, store=Store.objects.get(code="bastille"))
            with CaptureQueriesContext(connection) as captured:
                take(desk, "members")
            asked.append(len(captured))

        assert asked[0] == asked[1]

    def test_is_read_by_key_a_chunk_at_a_time(self, ada: Member, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(lists, "CHUNK", 2)
        for _n in range(4):
            enrolling.enrol(at=NOON)

        keys = [row.pk for row in lists.walk(Member.objects.all())]

        assert keys == sorted(Member.objects.values_list("pk", flat=True))


class TestWho:
    def test_is_written_down_with_what_and_how_many(self, desk: Client, ada: Member):
        take(desk, "members", store="bastille")

        export = Export.objects.select_related("taken_by").get()
        assert (export.kind, export.file_format, export.rows) == ("members", "csv", 1)
        assert export.filters == {"store": "bastille"}
        assert export.taken_by is not None
        assert export.taken_by.email == "admin@example.test"
        assert "List exported members csv, store=bastille · rows: 1" in words_of(
            desk, "/desk/audit/?kind=export"
        )

    @pytest.mark.parametrize("role", [Role.CASHIER, Role.ANALYST, Role.AUDITOR])
    def test_is_shut_to_other_roles(self, sign_in: SignIn, role: Role):
        client = sign_in(role)
        prove(client)

        assert client.get(EXPORTS).status_code == 403
        assert client.post(EXPORTS + "rewards", {"file_format": "csv"}).status_code == 403
        assert Export.objects.exists() is False

    def test_is_asked_again_who_they_are(self, sign_in: SignIn):
        answer = sign_in(Role.CUSTOMER_CARE).post(EXPORTS, {"file_format": "csv"})

        assert answer.headers["Location"].startswith("/desk/again/")
        assert Export.objects.exists() is False
