"""The look: every component is there to be seen, for staff, in the demo alone."""

import re

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from loyalty.desk.views import look as views
from loyalty.identity.models import User
from tests.pages.conftest import set_up
from tests.pages.test_tokens import stylesheet

SHARED = re.compile(r"/\* Shared components\..*?/\* End of the shared components", re.DOTALL)
# The frame of a members' page, which a printed voucher leaves out.
FRAME = {"page", "masthead", "foot", "skip"}


@pytest.fixture
def look() -> str:
    return reverse("admin:look")


@pytest.fixture
def cashier(db: None) -> Client:
    """Staff without any permission."""
    client = Client()
    client.force_login(User.objects.create_user("cashier@example.test", is_staff=True))
    return client


def classes_of(page: str) -> set[str]:
    return {name for names in re.findall(r'class="([^"]*)"', page) for name in names.split()}


def documented() -> set[str]:
    """Return the classes of the shared components, as the stylesheet selects them."""
    found = SHARED.search(stylesheet())
    assert found
    rules = re.sub(r"/\*.*?\*/", "", found[0], flags=re.DOTALL)
    selectors = re.sub(r"\{[^{}]*\}", " ", rules)
    return set(re.findall(r"\.([a-z][\w-]*)", selectors))


class TestTheLook:
    def test_shows_every_class_of_the_shared_components(self, cashier: Client, look: str):
        shown = classes_of(cashier.get(look).content.decode())
        assert documented() - shown - FRAME == set()

    def test_is_open_to_staff_whatever_they_may_do(self, cashier: Client, look: str):
        assert cashier.get(look).status_code == 200

    def test_sends_anybody_else_to_sign_in(self, client: Client, db: None, look: str):
        answer = client.get(look)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("admin:login"))

    def test_is_not_there_outside_the_demo(self, rf: RequestFactory, settings: Settings):
        settings.DEMO = False
        with pytest.raises(Http404):
            views.show(rf.get("/"))

    def test_stands_where_it_is_asked_to(self, cashier: Client, look: str):
        desk = cashier.get(look).content.decode()
        members = cashier.get(look, {"at": "members", "scheme": "dark"}).content.decode()
        assert 'id="user-tools"' in desk
        assert 'data-theme="dark"' not in desk
        assert 'id="user-tools"' not in members
        assert 'data-theme="dark"' in members

    def test_takes_no_other_frame_or_scheme(self, cashier: Client, look: str):
        page = cashier.get(look, {"at": "../x", "scheme": '"><b'}).content.decode()
        assert 'id="user-tools"' in page
        assert "<b" not in re.sub(r"<(?:body|button|br)\b", "", page)

    def test_asks_who_reads_and_nothing_else(
        self, cashier: Client, look: str, django_assert_num_queries: DjangoAssertNumQueries
    ):
        # Session, user, and twice what the reader may open, for the menu.
        set_up()
        cashier.get(look)
        with django_assert_num_queries(4):
            cashier.get(look)
