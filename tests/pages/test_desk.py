"""Every table at the desk: shown, found, as cheap at 200 rows as at 20."""

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings
from simple_history.models import HistoricalChanges

from loyalty.clients.models import Client as ClientOfTill
from loyalty.demo import credentials
from loyalty.identity.models import User
from tests.conftest import NOON
from tests.desk.reading import words_of
from tests.pages import rows

OURS = ("loyalty", "members", "rewards", "analytics")
MODELS = [
    model
    for model in apps.get_models()
    if model.__module__.split(".")[0] in OURS and not issubclass(model, HistoricalChanges)
]
LEDGER = [model for model in MODELS if model._meta.app_label == "ledger"]
# Session, user, the menu's question, a count that ends, the rows; and what filters offer.
STATED = {
    "ledger.Account": 4,
    "ledger.Entry": 4,
    "ledger.Lot": 4,
    "ledger.Movement": 4,
    "rewards.Reward": 6,
    "rewards.Redemption": 5,
    "members.Voucher": 5,
}

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
ledger_model = pytest.mark.parametrize("model", LEDGER, ids=lambda model: model._meta.label)


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def queries_of(desk: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert desk.get(url).status_code == 200
    return len(captured)


def test_every_table_is_at_the_desk():
    assert [model for model in MODELS if not admin.site.is_registered(model)] == []


@pytest.mark.usefixtures("programme")
class TestEveryTable:
    # How many questions a list asks is the same on both engines; that it is shown, each says.
    @pytest.mark.sqlite
    @every_model
    def test_lists_200_rows_in_as_many_queries_as_20(self, model: type[Model], desk: Client):
        url = address(model, "changelist")
        rows.fill(model, 20)
        queries_of(desk, url)
        at_20 = queries_of(desk, url)

        rows.fill(model, 200)

        assert queries_of(desk, url) == at_20
        assert STATED.get(model._meta.label, at_20) == at_20

    @every_model
    def test_shows_one_row(self, model: type[Model], desk: Client):
        row = rows.fill(model, 5)[-1]

        assert desk.get(address(model, "change", row.pk)).status_code == 200

    @every_model
    def test_survives_any_search(self, model: type[Model], desk: Client):
        rows.fill(model, 2)

        for asked in ("1", "zzz", "' OR 1=1 --", "9" * 40, "²", "é%_\\", "mem_1"):
            response = desk.get(address(model, "changelist"), {"q": asked})
            assert response.status_code == 200


class TestAnEmptyTable:
    """Nothing is told in a sentence: why there is none, or that nothing fits."""

    def said(self, desk: Client, query: str = "", table: str = "members/offlinespending") -> str:
        return words_of(desk, f"/desk/{table}/{query}")

    def test_says_what_would_be_there(self, programme: None, desk: Client):
        assert "No till has let points go without a network." in self.said(desk)
        assert "There is nothing here yet." in self.said(desk, table="members/voucher")

    def test_says_that_nothing_fits(self, programme: None, desk: Client):
        for query in ("?settled_at__isempty=1", "?q=R-1"):
            said = self.said(desk, query)

            assert "Nothing fits what is searched for and filtered." in said
            assert "No till has" not in said

    def test_says_nothing_of_the_sort_over_rows(self, programme: None, desk: Client):
        assert "nothing here yet" not in self.said(desk, table="programmes/programme")


@pytest.mark.usefixtures("programme")
class TestTheLedger:
    @ledger_model
    def test_is_read_and_never_written(self, model: type[Model], desk: Client):
        row = rows.fill(model, 1)[0]
        before = model._default_manager.values().get()

        assert desk.get(address(model, "add")).status_code == 403
        assert desk.post(address(model, "change", row.pk), {"points": 1}).status_code == 403
        assert desk.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403

        assert model._default_manager.values().get() == before

    @ledger_model
    def test_offers_no_action_on_rows(self, model: type[Model], desk: Client):
        rows.fill(model, 2)

        page = desk.get(address(model, "changelist")).content.decode()

        assert 'name="action"' not in page


@pytest.mark.usefixtures("programme")
class TestTheIndex:
    def test_begins_with_the_people_and_ends_with_the_machinery(self, desk: Client):
        apps_listed = [app["app_label"] for app in desk.get("/desk/").context["available_apps"]]

        assert apps_listed[:4] == ["members", "rewards", "programmes", "ledger"]
        assert apps_listed[-1] == "events"

    def test_leaves_out_a_library_s_unused_table_of_keys(self, desk: Client):
        assert desk.get("/desk/rest_framework_api_key/").status_code == 404

    def test_is_in_the_reader_s_own_language(self, desk: Client):
        french = desk.get("/desk/", headers={"accept-language": "en"}).content.decode()
        User.objects.update(language="en")
        english = desk.get("/desk/", headers={"accept-language": "fr"}).content.decode()

        assert "Espace fidélité" in french
        assert "Loyalty desk" in english


@pytest.mark.usefixtures("programme")
class TestSigningIn:
    def page(self) -> str:
        return Client().get("/desk/login/").content.decode()

    @pytest.fixture
    def prepared(self, settings: Settings, tmp_path: Path) -> None:
        settings.VAR_DIR = tmp_path
        (tmp_path / "demo_password").write_text("a-kept-word")
        ClientOfTill.objects.create(public_id="cli_demo", name=credentials.TILL, created_at=NOON)

    def test_shows_who_can_try_the_demo(self, prepared: None):
        assert "a-kept-word" in self.page()
        assert credentials.ADMINISTRATOR in self.page()

    def test_shows_nothing_outside_the_demo(self, prepared: None, settings: Settings):
        settings.DEMO = False

        assert "a-kept-word" not in self.page()
        assert credentials.ADMINISTRATOR not in self.page()

    def test_shows_nothing_over_somebody_s_own_programme(self, prepared: None):
        ClientOfTill.objects.all().delete()

        assert "a-kept-word" not in self.page()
