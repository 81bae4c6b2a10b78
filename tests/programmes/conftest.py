from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from loyalty.identity.models import User
from loyalty.programmes import setting_up
from loyalty.programmes.models import Programme, Rule, RuleState

DESK = "/desk/programmes"
SET_UP = datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.fixture
def programme(db) -> Programme:
    """A café that gives 1 point per euro, for a year, with silver from 100 and gold from 250."""
    return setting_up.set_up(
        name="Café",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        tiers=[("silver", 10_000), ("gold", 25_000)],
        at=SET_UP,
    )


@pytest.fixture
def week(programme) -> Rule:
    """A rule that nobody has published yet."""
    return Rule.objects.create(
        code="week", name_fr="Semaine", name_en="Week", state=RuleState.DRAFT
    )


@pytest.fixture
def desk(programme, client: Client) -> Client:
    """An administrator's browser, in English."""
    client.force_login(User.objects.create_superuser("marie@example.org", language="en"))
    client.cookies["django_language"] = "en"
    return client
