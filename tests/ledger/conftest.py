from collections.abc import Callable

import pytest
from django.db import transaction

from loyalty.ledger import posting
from loyalty.ledger.models import Account
from tests.conftest import NOON


def open_account() -> Account:
    with transaction.atomic():
        return posting.lock(posting.open_holder(at=NOON))["points"]


@pytest.fixture
def account(db: None) -> Account:
    """An empty account in the wallet of points."""
    return open_account()


@pytest.fixture
def accounts(db: None) -> Callable[[int], list[Account]]:
    """Open as many empty accounts as asked for."""

    def open_accounts(count: int) -> list[Account]:
        holders = posting.open_holders(count=count, at=NOON)
        locked = posting.lock_many([holder.pk for holder in holders])
        return [locked[holder.pk]["points"] for holder in holders]

    return open_accounts
