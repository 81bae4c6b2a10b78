"""Every page × everybody × own, somebody else's and absent: who comes in, and how others don't."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import LazySettings as Settings
from django.contrib import admin
from django.utils import timezone

from tests.pages.matrix import pages, tables
from tests.pages.matrix.addresses import get_addresses
from tests.pages.matrix.pages import Row
from tests.pages.matrix.readers import (
    FORBIDDEN,
    FORMER,
    NOT_FOUND,
    SIGN_IN,
    STAFF,
    WRONG_METHOD,
    YES,
    Reader,
)
from tests.pages.matrix.routes import Route, names_of_tables, walk
from tests.pages.matrix.scene import OTHER, OWN, Scene, build

REFUSALS = {FORBIDDEN, NOT_FOUND, SIGN_IN, WRONG_METHOD}

# Who may open what is decided before a table is asked; what the pages say is tested on both.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.usefixtures("_at_one_moment", "_in_silence"),
]
PAGES = [route for route in walk() if route.name in pages.PAGES]


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.MAILBOX = tmp_path / "mail"
    write_letter(tmp_path / "mail")
    return build(at=timezone.now())


def write_letter(folder: Path) -> None:
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "ada@example.org", "Hello"
    letter["Date"] = timezone.now()
    letter.set_content("Hello")
    letter.add_alternative("<p>Hello</p>", subtype="html")
    folder.mkdir()
    (folder / "eml_1.eml").write_bytes(letter.as_bytes())


def expected(row: Row, method: str, *, reader: str, whose: str, route: Route) -> set[str]:
    """Return what may come of a visit, by the row alone."""
    may = row.get if method == "GET" else row.post
    if not may:
        return REFUSALS
    if reader not in row.get + row.post:
        return refusals(row, reader=reader, route=route)
    if reader not in may:
        return REFUSALS - {SIGN_IN}
    if whose == OWN or (whose == OTHER and reader in row.other):
        return {YES}
    return {NOT_FOUND}


def refusals(row: Row, *, reader: str, route: Route) -> set[str]:
    if reader in row.unseen:
        return {NOT_FOUND}
    is_desk = not route.pattern.startswith("me/")
    if reader in FORMER and not is_desk:
        return {FORBIDDEN}
    return {FORBIDDEN, NOT_FOUND} if reader in STAFF and is_desk else {SIGN_IN}


def faults_of(scene: Scene, readers: dict[str, Reader], route: Route) -> Iterator[str]:
    row = pages.PAGES[route.name]
    for letter, reader in readers.items():
        for whose, address in get_addresses(route, scene, reader=letter).items():
            for method in ("GET", "POST"):
                came = reader.visit(method, address, is_table=route.name in pages.OF_TABLES)
                due = expected(row, method, reader=letter, whose=whose, route=route)
                if came not in due:
                    said = f"{method} {route.name} ({whose}) as {letter}"
                    yield f"{said}: {came}, not {' or '.join(sorted(due))}"


class TestEveryRoute:
    def test_has_its_row(self):
        known = {*pages.PAGES, *pages.CALLS, *names_of_tables()}
        there = {route.name for route in walk()}

        assert sorted(there - known) == [], "Say in tests/pages/matrix/pages.py who may open these"
        assert sorted({*pages.PAGES, *pages.CALLS} - there) == [], "These are no routes any more"

    def test_of_a_table_has_its_row(self):
        there = {model._meta.label for model in admin.site._registry}

        assert sorted(there - {*tables.TABLES}) == [], "Say in tests/pages/matrix/tables.py"
        assert sorted({*tables.TABLES} - there) == [], "These are at the desk no more"


class TestEveryPage:
    def test_opens_to_those_it_is_for_and_to_nobody_else(self, scene: Scene):
        readers = scene.readers()

        faults = [fault for route in PAGES for fault in faults_of(scene, readers, route)]

        assert faults == [], "\n".join(faults)

    def test_of_the_desk_waits_for_a_second_factor_outside_the_demo(
        self, scene: Scene, settings: Settings
    ):
        settings.DEMO = False
        admin_user = scene.people["A"]
        reader = Reader(admin_user, how="password")
        desk = [route for route in PAGES if route.name in pages.DESK]

        came = {
            (method, route.name, reader.visit(method, address))
            for route in desk
            for address in get_addresses(route, scene, reader="A").values()
            for method in ("GET", "POST")
        }

        assert {one for one in came if one[2] != SIGN_IN} == set()
