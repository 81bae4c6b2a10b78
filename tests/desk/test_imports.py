"""Bringing files in at the desk: looked at first, then once, on from where it stopped."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from loyalty.celery import app
from loyalty.filing import keeping, working
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Category, Product
from members.importing import people
from members.models import FileState, ImportFile, Member, Purchase
from rewards.models import PoolCode, Reward, VoucherPool
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import queries_of, words_of
from tests.members.importing.test_receiving import workbook

IMPORTS = "/desk/imports/"
PEOPLE = "mail;prénom\nada@shop.test;Ada\nnobody;Bob\nzoe@shop.test;Zoé\n"

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "task_always_eager", True)
    monkeypatch.setattr(app.conf, "task_eager_propagates", True)


@pytest.fixture
def desk(desk: Client) -> Client:
    """An administrator who reads English."""
    User.objects.update(language="en")
    return desk


def upload(client: Client, content: str | bytes, kind: str = "members", **said: Any) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(said.pop("name", "clients.csv"), raw)
    return client.post(IMPORTS, {"kind": kind, "file": file, **said})


def uploaded(client: Client, content: str | bytes, kind: str = "members", **said: Any) -> str:
    answer = upload(client, content, kind, **said)
    assert answer.status_code == 302, words_of(client, IMPORTS)
    return str(answer.headers["Location"])


def counts() -> dict[str, int]:
    """Count the rows of every table that a dry run could have written to."""
    kept = ("members.ImportFile", "sessions.Session", "identity.User")
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in kept
    }


class TestLooking:
    def test_says_what_would_happen_and_writes_nothing(self, desk: Client):
        before = counts()

        told = words_of(desk, uploaded(desk, PEOPLE))

        assert counts() == before
        assert "Lines read 3 To be added 2 Already known 0 Refused 1" in told
        assert "3 This is not an e-mail address. bad-email" in told
        assert "e-mail mail first name prénom" in told
        assert "Bring in" in told

    def test_reads_a_workbook_like_any_file(self, desk: Client):
        content = workbook(["Mail", "Prénom"], ["ada@shop.test", "Ada"], ["nobody", None])

        told = words_of(desk, uploaded(desk, content, name="clients.xlsx"))

        assert "Lines read 2 To be added 1 Already known 0 Refused 1" in told
        assert "3 This is not an e-mail address. bad-email" in told

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
    @pytest.mark.parametrize("delimiter", [";", ",", "\t"])
    def test_reads_any_encoding_and_delimiter(self, desk: Client, encoding: str, delimiter: str):
        text = f'mail{delimiter}prénom\nada@shop.test{delimiter}"Zoé ""la"" Belle"\n'

        page = uploaded(desk, text.encode(encoding))
        desk.post(page)

        assert Member.objects.get().first_name == 'Zoé "la" Belle'

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"%PDF-1.7", "This is not a table: choose a CSV file"),
            ("mail\n".encode("utf-16"), "The letters of this file cannot be read"),
        ],
    )
    def test_refuses_what_is_no_table_on_the_form(self, desk: Client, content: bytes, words: str):
        answer = upload(desk, content)

        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert ImportFile.objects.exists() is False

    def test_refuses_a_file_of_which_no_column_is_understood(self, desk: Client):
        told = words_of(desk, uploaded(desk, "colour;size\nred;2\n"))

        assert "No column of the file can be used. (no-usable-column)" in told
        assert "Columns of the file: colour, size" in told
        assert "Bring in" not in told
        assert keeping.path_of(ImportFile.objects.get()).exists() is False


class TestBringingIn:
    def test_does_it_once_and_throws_the_file_away(self, desk: Client):
        page = uploaded(desk, PEOPLE)

        desk.post(page)
        again = desk.post(page, follow=True)

        assert set(Member.objects.values_list("first_name", flat=True)) == {"Ada", "Zoé"}
        told = words_of(desk, page)
        assert "Lines read 3 Added 2 Already known 0 Refused 1" in told
        assert "has been started" in again.content.decode()
        file = ImportFile.objects.get()
        assert (file.state, file.is_kept) == (FileState.DONE, False)
        assert keeping.path_of(file).exists() is False

    def test_says_of_the_same_file_that_it_says_nothing_new(self, desk: Client):
        desk.post(uploaded(desk, "mail\nada@shop.test\n"))

        told = words_of(desk, uploaded(desk, "mail\nada@shop.test\n"))

        assert "Already known 1" in told
        assert "The file says nothing new" in told

    def test_goes_on_where_it_stopped(self, desk: Client, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(people, "_CHUNK", 2)
        text = "mail\n" + "".join(f"m{n}@shop.test\n" for n in range(6))
        page = uploaded(desk, text)
        file = ImportFile.objects.get()
        working.start(file=file, at=NOON)
        beats = iter([NOON] * 5)

        def dying() -> Any:
            if (beat := next(beats, None)) is None:
                raise KeyboardInterrupt
            return beat

        with pytest.raises(KeyboardInterrupt):
            working.bring_in(file=file, clock=dying)

        file.refresh_from_db()
        assert (file.state, Member.objects.count()) == (FileState.RUNNING, 2 * 2)
        with time_machine.travel(NOON + timedelta(minutes=3), tick=False):
            told = words_of(desk, page)
            assert "stopped" in told
            assert "Go on" in told
            desk.post(page)
            assert "Added 6 Already known 0 Refused 0" in words_of(desk, page)
        assert Member.objects.count() == 6

    def test_shows_how_far_it_is(self, desk: Client):
        page = uploaded(desk, PEOPLE)
        ImportFile.objects.update(state=FileState.RUNNING, heard_at=NOON, steps=1_000, done=250)

        html = desk.get(page).content.decode()
        part = desk.get(page, headers={"HX-Request": "true"}).content.decode()

        assert 'hx-trigger="every 2s"' in html
        assert 'max="1000"' in part
        assert 'value="250"' in part
        assert "<html" not in part
        assert "250 of 1,000 steps" in words_of(desk, page)

    def test_brings_purchases_to_the_store_that_was_chosen(self, desk: Client):
        text = "client;date;montant;ticket\nc1;09/03/2026;13,80;R1\n"

        prove(desk)
        desk.post(uploaded(desk, text, "purchases", store="bastille"))

        bought = Purchase.objects.select_related("store", "member").get()
        assert (bought.total_cents, bought.receipt) == (1_380, "R1")
        assert bought.store is not None
        assert bought.store.code == "bastille"

    def test_asks_again_who_it_is_before_points_are_given(self, desk: Client):
        page = uploaded(desk, "client;date;montant;ticket\nc1;09/03/2026;13,80;R1\n", "purchases")

        answer = desk.post(page, headers={"referer": f"http://testserver{page}"})

        assert answer.headers["Location"] == f"/desk/again/?next={quote(page, safe='')}"
        assert Purchase.objects.exists() is False
        prove(desk)
        desk.post(page)
        assert Purchase.objects.count() == 1

    def test_brings_rewards_and_codes_in(self, desk: Client):
        pool = VoucherPool.objects.create(name="Cinema")

        desk.post(uploaded(desk, "code;nom;points\nX1;Thé;40\n", "rewards"))
        desk.post(uploaded(desk, "code\nCINE-0001\n", "codes", pool=pool.pk))

        assert Reward.objects.get(external_id="X1").cost == 40
        assert PoolCode.objects.get().printed == "CINE-0001"
        assert "Choose the pool" in upload(desk, "code\nCINE-2\n", "codes").content.decode()

    def test_brings_categories_and_then_their_products_in(self, desk: Client):
        page = uploaded(desk, "code;nom;parent\ncoffee;Café;drinks\n", "categories")
        assert "No category drinks." in words_of(desk, page)

        tree = "code;nom;parent\ncoffee;Café;drinks\ndrinks;Boissons;\n"
        desk.post(uploaded(desk, tree, "categories"))
        page = uploaded(desk, "sku;nom;category\nESP250;Espresso;coffee\nX;Y;tea\n", "products")
        assert Product.objects.exists() is False
        assert "To be added 1 To be changed 0 Already known 0 Refused 1" in words_of(desk, page)
        desk.post(page)

        product = Product.objects.select_related("category__parent").get()
        assert (product.sku, product.name_fr) == ("ESP250", "Espresso")
        assert product.category is not None
        assert product.category.parent is not None
        assert product.category.parent.code == "drinks"

    def test_says_that_a_file_holds_too_many_categories(self, desk: Client):
        lines = "".join(f"c{n};N\n" for n in range(10_001))

        page = uploaded(desk, f"code;nom\n{lines}", "categories")

        assert "The file holds more than 10,000 categories." in words_of(desk, page)
        assert Category.objects.exists() is False

    def test_gives_the_refused_lines_as_a_file_that_runs_nothing(self, desk: Client):
        page = uploaded(desk, PEOPLE)
        ImportFile.objects.update(
            report={"errors": [{"line": 2, "code": "bad-date", "detail": "=1+1"}]}
        )

        text = desk.get(page + "errors/").content.decode()

        assert text.splitlines()[1] == "2,bad-date,'=1+1"


class TestKeeping:
    def test_throws_files_away_after_a_day(self, desk: Client):
        page = uploaded(desk, PEOPLE)
        file = ImportFile.objects.get()
        assert keeping.purge(at=timezone.now() + timedelta(hours=23)) == 0

        assert keeping.purge(at=timezone.now() + timedelta(days=1)) == 1
        assert keeping.purge(at=timezone.now() + timedelta(days=1)) == 0

        assert keeping.path_of(file).exists() is False
        assert "kept for a day" in words_of(desk, page)
        assert desk.post(page).status_code == 302
        assert Member.objects.exists() is False


class TestWho:
    @pytest.mark.parametrize(
        ("role", "kinds"),
        [
            (Role.CUSTOMER_CARE, ["members", "purchases"]),
            (Role.MARKETING, ["rewards", "categories", "products", "codes"]),
            (
                Role.ADMINISTRATOR,
                ["members", "purchases", "rewards", "categories", "products", "codes"],
            ),
        ],
    )
    def test_is_offered_what_their_role_changes(self, sign_in: SignIn, role: Role, kinds: list):
        html = sign_in(role).get(IMPORTS).content.decode()

        every = ("members", "purchases", "rewards", "categories", "products", "codes")
        assert [kind for kind in every if f'value="{kind}"' in html] == kinds

    @pytest.mark.parametrize(
        "role", [Role.CASHIER, Role.STORE_MANAGER, Role.ANALYST, Role.AUDITOR]
    )
    def test_is_shut_to_others(self, sign_in: SignIn, role: Role):
        client = sign_in(role)

        assert client.get(IMPORTS).status_code == 403
        assert upload(client, PEOPLE).status_code == 403
        assert ImportFile.objects.exists() is False

    def test_sees_no_file_of_somebody_else(self, desk: Client, sign_in: SignIn):
        page = uploaded(desk, PEOPLE)
        care = sign_in(Role.CUSTOMER_CARE)

        for answer in (care.get(page), care.post(page), care.get(page + "errors/")):
            assert answer.status_code == 404
        assert Member.objects.exists() is False

    def test_costs_the_same_for_two_files_and_for_twenty(self, desk: Client):
        for _n in range(2):
            uploaded(desk, PEOPLE)
        queries_of(desk, IMPORTS)
        few = queries_of(desk, IMPORTS)
        for file in [ImportFile(kind="members", public_id=f"imp_{n}", uploaded_at=NOON,
                                uploaded_by=User.objects.get()) for n in range(18)]:  # fmt: skip
            file.save()

        assert queries_of(desk, IMPORTS) == few
