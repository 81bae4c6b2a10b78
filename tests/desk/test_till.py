"""The web till's page and its shifts, as the desk gives and ends them."""

import json

import pytest
from django.test import Client

from loyalty.clients.models import ClientKey, Shift
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store, StoreAssignment
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, words_of

PAGE = "/desk/till/"

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def rivoli(db: None) -> Store:
    return Store.objects.create(code="rivoli", name="Rue de Rivoli")


@pytest.fixture
def cashier(sign_in: SignIn, rivoli: Store) -> Client:
    browser = sign_in(Role.CASHIER)
    StoreAssignment.objects.create(
        user=User.objects.get(email="cashier@example.test"), store=rivoli
    )
    return browser


def balance_of_nobody(secret: str) -> int:
    """Ask the API for somebody whom nobody knows: 404 if the key is good, 401 if it is not."""
    header = {"Authorization": f"Api-Key {secret}"}
    return Client().get("/api/v1/members/mem_absent/balance", headers=header).status_code


def open_till(browser: Client, store: str = "rivoli") -> dict[str, object]:
    answer = browser.post(f"{PAGE}open/", {"store": store})
    assert answer.status_code == 200, answer.content
    told: dict[str, object] = json.loads(answer.content)
    return told


class TestThePage:
    def test_offers_a_cashier_their_own_store_alone(self, cashier: Client):
        Store.objects.create(code="lyon", name="Lyon Bellecour")

        words = words_of(cashier, PAGE)

        assert "Rue de Rivoli" in words
        assert "Lyon Bellecour" not in words

    def test_offers_no_store_that_is_closed(self, desk: Client, rivoli: Store):
        Store.objects.update(is_active=False)

        assert "There is no open store yet." in words_of(desk, PAGE)

    def test_costs_the_same_for_one_store_and_for_twenty(self, cashier: Client, desk: Client):
        one = queries_of(desk, PAGE)
        Store.objects.bulk_create(Store(code=f"s{n}", name=f"Store {n}") for n in range(19))

        assert queries_of(desk, PAGE) == one

    def test_is_closed_to_marketing(self, sign_in: SignIn):
        assert sign_in(Role.MARKETING).get(PAGE).status_code == 403


class TestAShift:
    def test_gives_a_key_that_the_api_takes(self, cashier: Client):
        told = open_till(cashier)

        assert balance_of_nobody(str(told["key"])) == 404
        assert told["till"] == f"web-{told['shift']}"
        assert told["store"] == {
            "code": "rivoli", "name": "Rue de Rivoli", "isTraining": False
        }  # fmt: skip

    def test_is_not_kept_by_any_cache(self, cashier: Client):
        answer = cashier.post(f"{PAGE}open/", {"store": "rivoli"})

        assert "no-store" in answer.headers["Cache-Control"]

    def test_is_refused_at_a_store_that_is_not_the_cashiers(self, cashier: Client):
        Store.objects.create(code="lyon", name="Lyon Bellecour")

        answer = cashier.post(f"{PAGE}open/", {"store": "lyon"})

        assert (answer.status_code, json.loads(answer.content)["code"]) == (404, "not-found")
        assert ClientKey.objects.count() == 0

    def test_goes_on_when_it_is_renewed(self, cashier: Client):
        told = open_till(cashier)
        before = ClientKey.objects.get().expiry_date

        answer = cashier.post(f"{PAGE}renew/", {"shift": told["shift"]})

        assert answer.status_code == 200
        assert ClientKey.objects.get().expiry_date > before

    @pytest.mark.parametrize(
        "shift", ["", "0", "-1", "one", "99999999", "²", pytest.param("9" * 5_000, id="thousands")]
    )
    def test_is_not_renewed_by_a_number_that_is_none(self, cashier: Client, shift: str):
        answer = cashier.post(f"{PAGE}renew/", {"shift": shift})

        assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "shift-over")

    def test_ends_when_the_till_is_closed(self, cashier: Client):
        told = open_till(cashier)

        assert cashier.post(f"{PAGE}close/").status_code == 204
        assert balance_of_nobody(str(told["key"])) == 401

    def test_ends_when_the_cashier_signs_out(self, cashier: Client):
        told = open_till(cashier)

        cashier.post("/desk/logout/")

        assert balance_of_nobody(str(told["key"])) == 401
        assert Shift.objects.filter(closed_at=None).exists() is False
