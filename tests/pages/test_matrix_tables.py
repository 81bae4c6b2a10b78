"""Every table of the desk × every role × a row that is seen, one that is not, one that isn't."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin as Versioned

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store
from tests.members.staff import appoint
from tests.pages import rows
from tests.pages.conftest import set_up
from tests.pages.matrix.readers import (
    FORBIDDEN,
    NOT_FOUND,
    SIGN_IN,
    STAFF,
    WRONG_METHOD,
    YES,
    Reader,
)
from tests.pages.matrix.tables import TABLES, TRAIL, Table

# Who may open what is decided before a table is asked; what the tables say is tested on both.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
    pytest.mark.usefixtures("_at_one_moment", "_in_silence"),
]
ABSENT = 999_999
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
ROLES = dict(zip(STAFF, Role, strict=True))
PAGES = ("change", "history", "delete")


@pytest.fixture
def readers() -> dict[str, Reader]:
    """Return somebody of every role; the manager has the first of the stores that `rows` makes."""
    set_up()
    first = rows.fill(Store, 2)[0]
    members_user = User.objects.create_user("ada@example.test")
    staff = {
        letter: appoint(role, stores=(first,) if letter == "S" else ())
        for letter, role in ROLES.items()
    }
    return {"x": Reader(), "a": Reader(members_user)} | {
        letter: Reader(user) for letter, user in staff.items()
    }


def fill(model: type[Model]) -> list[Model]:
    """Return two rows, of which the first is of the manager's store where rows are of stores."""
    if model is Group:
        return [Group.objects.get(name=Role.CASHIER.value)]
    return rows.fill(model, 2)


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def due_at(table: Table, page: str, method: str, *, reader: str) -> bool:
    """Say whether a reader comes in at a page of a table, wherever the row is seen."""
    writes = {"add": table.adds, "change": table.changes, "delete": table.deletes}
    if page == "history":
        return method == "GET" and reader in table.reads and reader in TRAIL
    if page in ("add", "delete") or (page == "change" and method == "POST"):
        return reader in writes[page]
    return reader in table.reads


def expected(table: Table, page: str, method: str, *, reader: str, whose: str) -> set[str]:
    if reader not in STAFF:
        return {SIGN_IN}
    if not due_at(table, page, method, reader=reader):
        return {FORBIDDEN, NOT_FOUND, WRONG_METHOD}
    if page in ("changelist", "add"):
        return {YES}
    is_hidden = reader in table.blind or (reader in table.bound and whose == "other")
    return {NOT_FOUND} if is_hidden or whose == "absent" else {YES}


def visits(table: Table, model: type[Model], reader: str) -> Iterator[tuple[str, str, str, str]]:
    """Return what a reader tries of a table: the page, how, whose row, where.

    Whoever does not read a table tries what there is; readers try also what they may not see.
    """
    made = [row.pk for row in fill(model)]
    yield "changelist", "GET", "own", address(model, "changelist")
    yield "add", "POST", "own", address(model, "add")
    yield "change", "POST", "own", address(model, "change", made[0])
    yield "delete", "POST", "own", address(model, "delete", made[0])
    for page in PAGES:
        yield page, "GET", "own", address(model, page, made[0])
    if reader not in table.reads:
        return
    yield "add", "GET", "own", address(model, "add")
    hidden = {"other": made[1]} if reader in table.bound + table.blind else {}
    for whose, pk in {**hidden, "absent": ABSENT}.items():
        for page in PAGES:
            yield page, "GET", whose, address(model, page, pk)
        yield "change", "POST", whose, address(model, "change", pk)


def faults_of(model: type[Model], readers: dict[str, Reader]) -> Iterator[str]:
    table = TABLES[model._meta.label]
    for letter, reader in readers.items():
        for page, method, whose, where in visits(table, model, letter):
            came = reader.visit(method, where, is_table=page != "changelist")
            due = expected(table, page, method, reader=letter, whose=whose)
            if came not in due:
                said = f"{method} {page} of {model._meta.label} ({whose}) as {letter}"
                yield f"{said}: {came}, not {' or '.join(sorted(due))}"


class TestEveryTable:
    # Who may open which table is decided before any is read; the pages go through both engines.
    @pytest.mark.sqlite
    def test_opens_to_those_it_is_for_and_to_nobody_else(self, readers: dict[str, Reader]):
        faults = [fault for model in MODELS for fault in faults_of(model, readers)]

        assert faults == [], "\n".join(faults)

    def test_keeps_its_old_versions_from_those_who_do_not_see_the_row(
        self, readers: dict[str, Reader]
    ):
        kept = [model for model in MODELS if isinstance(admin.site._registry[model], Versioned)]

        faults = [fault for model in kept for fault in faults_of_versions(model, readers)]

        assert faults == [], "\n".join(faults)


def faults_of_versions(model: type[Model], readers: dict[str, Reader]) -> Iterator[str]:
    table = TABLES[model._meta.label]
    for whose, row in zip(("own", "other"), fill(model), strict=False):
        row.save()
        where = address(model, "simple_history", row.pk, row.history.latest().pk)  # type: ignore[attr-defined]
        for letter, reader in readers.items():
            if whose == "other" and not table.bound:
                continue
            came = reader.visit("GET", where, is_table=True)
            due = expected(table, "history", "GET", reader=letter, whose=whose)
            if came not in due:
                said = f"old version of {model._meta.label} ({whose}) as {letter}"
                yield f"{said}: {came}, not {' or '.join(sorted(due))}"
