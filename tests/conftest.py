"""What every test may use. Moments are fixed; nothing here reads the clock."""

from datetime import UTC, datetime

import pytest

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    """Noon in Paris on Tuesday 10 March 2026."""
    return NOON
