import gzip
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from loyalty.programmes import setting_up
from loyalty.programmes.models import Programme
from members import enrolling
from members.models import Member
from tests.conftest import NOON

Writer = Callable[..., Path]


@pytest.fixture
def programme(db: None) -> Programme:
    """One point for each whole euro, for 365 days; silver from 100.00, gold from 250.00."""
    return setting_up.set_up(
        name="Café",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        tiers=[("silver", 10_000), ("gold", 25_000)],
        at=NOON - timedelta(days=800),
    )


@pytest.fixture
def ada(programme: Programme) -> Member:
    return enrolling.enrol(
        at=NOON - timedelta(days=400),
        first_name="Ada",
        last_name="Lovelace",
        email="ada@example.org",
        card="2000 0000 0012 1",
    )


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Write a file and return its path: text, in some encoding, gzipped if its name says so."""

    def write(text: str, *, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        data = text.encode(encoding)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write
