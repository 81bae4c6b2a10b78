"""A shop whose members came back or did not, and its pages of measures on a stopped clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from analytics import facts
from loyalty import grants
from loyalty.identity import staffing
from loyalty.identity.roles import Role
from loyalty.programmes.models import Programme, Store
from members import enrolling, purchasing
from tests.conftest import NOON
from tests.members.builders import sale
from tests.pages.conftest import set_up

ADDRESS = "/desk/measures/"


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    with translation.override("fr"):
        yield


def buy(name: str, *days: str, store: Store | None = None) -> None:
    first = datetime.fromisoformat(f"{min(days)}T12:00:00+01:00")
    member = enrolling.enrol(at=first, first_name=name, external_id=name)
    for day in days:
        at = datetime.fromisoformat(f"{day}T12:00:00+01:00")
        told = sale(member, "20.00", occurred_at=at, store=store)
        purchasing.record(sale=told, key=f"{name} {day}", at=at, is_historic=True)


@pytest.fixture
def bought(db: None) -> Programme:
    """Ada came in January and February, Bea in January alone, Cid twice in February."""
    programme = set_up(at=NOON - timedelta(days=400))
    paris = Store.objects.create(code="paris", name="Paris")
    Store.objects.create(code="nice", name="Nice")
    buy("Ada", "2026-01-05", "2026-02-03", store=paris)
    buy("Bea", "2026-01-20")
    buy("Cid", "2026-02-11", "2026-02-12")
    facts.refresh(at=NOON)
    return programme


@pytest.fixture
def page(desk: Client) -> Any:
    def get(path: str = "", client: Client = desk) -> Any:
        with time_machine.travel(NOON, tick=False):
            return client.get(f"{ADDRESS}{path}")

    return get


@pytest.fixture
def sign_in(db: None) -> Any:
    def enter(role: Role) -> Client:
        grants.sync()
        client = Client()
        client.force_login(staffing.appoint(email=f"{role.name}@example.test", role=role))
        return client

    return enter


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def text_of(response: Any) -> str:
    return " ".join(plain(response.content.decode()).split())
