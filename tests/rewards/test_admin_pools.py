"""Codes are brought in at the desk: looked at first, then added, and never shown whole."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags

from loyalty.identity.roles import Role
from rewards.models import PoolCode, VoucherPool
from tests.conftest import NOON
from tests.members.staff import appoint
from tests.rewards.conftest import open_programme

POOLS = "/desk/rewards/voucherpool/"


def browser_of(role: Role) -> Client:
    user = appoint(role)
    user.language = "en"
    user.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def cinema(db: None) -> VoucherPool:
    open_programme()
    return VoucherPool.objects.create(name="Cinema")


@pytest.fixture
def desk(cinema: VoucherPool) -> Client:
    return browser_of(Role.MARKETING)


def send(desk: Client, pool: VoucherPool, content: bytes, button: str = "add") -> HttpResponse:
    file = SimpleUploadedFile("codes.csv", content)
    return desk.post(f"{POOLS}{pool.pk}/codes/", {"file": file, button: "1"})


def words(answer: HttpResponse) -> str:
    """What the page says, on one line and without its tags."""
    return " ".join(strip_tags(answer.content.decode()).split())


class TestAddingCodes:
    def test_says_what_would_happen_and_then_does_it(self, desk: Client, cinema: VoucherPool):
        content = b"code\nCine-1\nCine-2\nCine-1\n"

        looked = words(send(desk, cinema, content, "look"))
        assert PoolCode.objects.exists() is False
        added = words(send(desk, cinema, content))

        for said, title in ((looked, "What would happen"), (added, "What happened")):
            assert title in said
            assert "New codes 2" in said
            assert "The same code as on line 2." in said
        assert "Cinema: 2 codes left to give." in added
        assert PoolCode.objects.count() == 2

    def test_changes_nothing_for_the_same_file(self, desk: Client, cinema: VoucherPool):
        send(desk, cinema, b"Cine-1\n")

        said = words(send(desk, cinema, b"Cine-1\n"))

        assert "Already in this pool 1" in said
        assert PoolCode.objects.count() == 1

    @pytest.mark.parametrize("content", [b"a\0b", b"  \n", b""])
    def test_says_at_the_field_that_it_is_no_list(
        self, desk: Client, cinema: VoucherPool, content: bytes
    ):
        answer = send(desk, cinema, content)

        assert answer.status_code == 200
        assert "file" in answer.context["form"].errors
        assert PoolCode.objects.exists() is False

    def test_is_refused_to_whoever_may_not(self, cinema: VoucherPool):
        for role in (Role.CUSTOMER_CARE, Role.AUDITOR, Role.CASHIER):
            assert send(browser_of(role), cinema, b"Cine-1\n").status_code == 403

        assert PoolCode.objects.exists() is False

    def test_is_not_found_for_a_pool_that_is_not_there(self, desk: Client, cinema: VoucherPool):
        assert desk.get(f"{POOLS}999/codes/").status_code == 404


class TestPools:
    def test_count_what_is_left_and_lead_to_adding(self, desk: Client, cinema: VoucherPool):
        send(desk, cinema, b"Cine-1\nCine-2\nCine-3\n")
        PoolCode.objects.filter(code="CINE1").update(given_at=NOON)

        shown = desk.get(POOLS).context["cl"].result_list[0]
        page = desk.get(f"{POOLS}{cinema.pk}/change/").content.decode()

        assert (shown.free_codes, shown.all_codes) == (2, 3)
        assert f"{POOLS}{cinema.pk}/codes/" in page

    def test_show_the_end_of_each_code_alone(self, desk: Client, cinema: VoucherPool):
        send(desk, cinema, b"CINEMA-1234\n")
        code = PoolCode.objects.get()

        listed = desk.get("/desk/rewards/poolcode/").content.decode()
        found = desk.get("/desk/rewards/poolcode/", {"q": "cinema 1234"}).context["cl"].queryset
        shown = desk.get(f"/desk/rewards/poolcode/{code.pk}/change/").content.decode()

        for page in (listed, shown):
            assert "… 1234" in page
            assert "CINEMA" not in page.replace("Cinema", "")
        assert list(found) == [code]
