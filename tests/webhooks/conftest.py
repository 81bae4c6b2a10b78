"""A programme, somebody in it, and a receiver of webhooks on this machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from loyalty.events import relaying
from loyalty.webhooks import announcing, registering
from loyalty.webhooks.models import Endpoint
from tests.conftest import NOON
from tests.members.conftest import ada, programme
from tests.webhooks.receivers import Receiver, receiving

__all__ = ["ada", "programme"]

URL = "https://hooks.example.org/loyalty"


@dataclass(frozen=True)
class Registered:
    endpoint: Endpoint
    secret: str


Register = Callable[..., Registered]


@pytest.fixture
def register(programme) -> Register:
    """Register an endpoint that hears of everything, unless told otherwise."""

    def register(url: str = URL, **told: Any) -> Registered:
        said = {"name": "Mailer", "events": list(announcing.EVENTS), "store": None, "at": NOON}
        return Registered(*registering.register(url=url, **{**said, **told}))

    return register


@pytest.fixture
def stays_here(settings) -> None:
    """Let webhooks go to servers on this machine, as a developer lets the demo."""
    settings.WEBHOOKS_MAY_STAY_HERE = True


@pytest.fixture
def receiver(stays_here: None) -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def relay_all(*, at: datetime = NOON + timedelta(days=9)) -> None:
    """Relay all that has happened, so that who listens is owed it."""
    while relaying.relay(at=at):
        pass
