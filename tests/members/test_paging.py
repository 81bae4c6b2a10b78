"""Lists at the desk: whatever a table holds, its last page is found as its first is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from loyalty.core import showing
from loyalty.programmes.models import Programme
from members import enrolling, purchasing
from members.admin import sales
from members.models import Member
from tests.conftest import NOON
from tests.members.builders import sale

PEOPLE = "/desk/members/member/"
SALES = "/desk/members/purchase/"


@pytest.fixture
def desk(db: None) -> Client:
    boss = get_user_model().objects.create_superuser(
        email="boss@example.org", password="x", language="fr"
    )
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def crowd(programme: Programme) -> list[int]:
    """Return the keys of 250 members, the newest first."""
    people = [
        enrolling.Newcomer(external_id=f"p{n}", last_name=f"Name{n}", enrolled_at=NOON)
        for n in range(250)
    ]
    return [member.pk for member in enrolling.enrol_many(newcomers=people, recorded_at=NOON)][::-1]


@pytest.fixture
def page(desk: Client) -> Callable[..., tuple[list[int], str, str]]:
    """Return what opens a page of members: its keys, and where the newer and the older are."""

    def open_page(place: str = "", **asked: str) -> tuple[list[int], str, str]:
        cl = desk.get(PEOPLE, {"p": place, **asked}).context["cl"]
        return [row.pk for row in cl.result_list], cl.paginator.newer, cl.paginator.older

    return open_page


class TestAListByKey:
    def test_is_walked_to_its_end_and_back(self, crowd: list[int], page: Callable):
        first, newer, older = page()
        assert (first, newer, older) == (crowd[:100], "", f"after-{crowd[99]}")

        second, newer, older = page(older)
        assert (second, newer, older) == (
            crowd[100:200], f"before-{crowd[100]}", f"after-{crowd[199]}",
        )  # fmt: skip

        third, newer, older = page(older)
        assert (third, newer, older) == (crowd[200:], f"before-{crowd[200]}", "")

        back, newer, older = page(newer)
        assert (back, older) == (second, f"after-{crowd[199]}")
        assert page(newer)[:2] == (first, "")

    def test_ends_with_the_oldest_rows(self, crowd: list[int], page: Callable):
        assert page("last") == (crowd[-100:], f"before-{crowd[-100]}", "")

    def test_begins_anew_where_nothing_is_newer(self, crowd: list[int], page: Callable):
        assert page(f"before-{crowd[10]}")[:2] == (crowd[:100], "")

    def test_keeps_what_was_asked(self, crowd: list[int], page: Callable, desk: Client):
        keys, _newer, older = page("", q="Name1")
        assert (len(keys), older) == (100, "")

        shown = desk.get(PEOPLE, {"state": "ACTIVE"}).content.decode()
        assert f"?state=ACTIVE&amp;p=after-{crowd[99]}" in shown

    @pytest.mark.parametrize("place", ["after-x", "after-", "before-²", "after-" + "9" * 40, "2"])
    def test_leads_to_its_beginning_from_a_place_that_is_none(
        self, crowd: list[int], desk: Client, place: str
    ):
        answer = desk.get(PEOPLE, {"p": place})

        assert (answer.status_code, answer.headers["Location"]) == (302, f"{PEOPLE}?e=1")

    def test_says_that_there_are_more_than_it_counts(
        self, crowd: list[int], desk: Client, monkeypatch: pytest.MonkeyPatch
    ):
        whole = " ".join(strip_tags(desk.get(PEOPLE).content.decode()).split())
        monkeypatch.setattr(showing, "_COUNTED_BY_KEY", 200)
        cut = " ".join(strip_tags(desk.get(PEOPLE).content.decode()).split())

        assert "250 membres" in whole
        assert "plus de 200 membres" in cut

    def test_costs_as_many_statements_on_its_last_page(self, crowd: list[int], desk: Client):
        def statements(place: str) -> int:
            with CaptureQueriesContext(connection) as said:
                desk.get(PEOPLE, {"p": place})
            assert not any("OFFSET" in query["sql"] for query in said.captured_queries)
            return len(said)

        statements("")
        assert statements("") == statements("last") == statements(f"after-{crowd[99]}") == 8


class TestASearchOfADay:
    def test_reads_that_day_alone_and_no_more_than_its_most(
        self, ada: Member, desk: Client, monkeypatch: pytest.MonkeyPatch
    ):
        for number in range(4):
            moment = NOON - timedelta(days=number % 2)
            bought = sale(ada, receipt=f"R{number}", occurred_at=moment)
            purchasing.record(sale=bought, key=f"k{number}", at=NOON)

        def found(asked: str) -> list[str]:
            rows = desk.get(SALES, {"q": asked}).context["cl"].result_list
            return [row.receipt for row in rows]

        assert found("2026-03-10") == ["R2", "R0"]
        assert found("2026-03-10 R2") == ["R2"]
        assert found("2026-03-10 R1") == []
        monkeypatch.setattr(sales, "_MOST_OF_A_DAY", 1)
        assert len(found("2026-03-10")) == 1
