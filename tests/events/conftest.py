import pytest

from loyalty.events import outbox


@pytest.fixture(autouse=True)
def no_subscriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test subscribes its own reactions; those of the product stay out of the way."""
    monkeypatch.setattr(outbox, "_subscriptions", {})
