"""A shop that was counted on the second of April, and clients who read its figures."""

from collections.abc import Iterator
from datetime import datetime, time

import pytest
import time_machine

from analytics import facts
from analytics.periods import day
from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.programmes import revising
from loyalty.programmes.models import Store
from tests.analytics.builders import (
    PARIS,
    Sold,
    make_members,
    make_programme,
    make_stores,
    move,
    sell,
)
from tests.members.api.conftest import Caller

COUNTED = datetime.combine(day("2026-04-02"), time(3), tzinfo=PARIS)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(COUNTED, tick=False):
        yield


@pytest.fixture
def stores(db: None) -> list[Store]:
    """Ada bought in Lyon in February and March, Bea in Nice in February, Cid in Lyon in March."""
    make_programme()
    revising.touch()
    lyon, nice = make_stores("lyon", "nice")
    ada, bea, cid = make_members(["ada", "bea", "cid"]).values()
    sell(
        [
            Sold(ada, day("2026-02-03"), 1000, lyon),
            Sold(ada, day("2026-03-03"), 1050, lyon, "web"),
            Sold(bea, day("2026-02-04"), 2000, nice),
            Sold(cid, day("2026-03-05"), 3000, lyon),
        ]
    )
    move(ada, 10, COUNTED)
    facts.refresh(at=COUNTED)
    return [lyon, nice]


def open_client(store: Store | None = None) -> Caller:
    return Caller(
        issuing.create_client(name="Board", scopes=[Scope.MEASURES_READ], store=store, at=COUNTED)
    )
