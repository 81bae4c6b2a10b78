"""Fifty times recordPurchase at once with one key; and the control that shows why it is one."""

import itertools
from typing import Any

import pytest

from loyalty.clients import claims
from loyalty.core import keys
from loyalty.ledger.models import Account, Entry
from members.models import Member, Purchase
from tests.members.api.conftest import Caller
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = 50


def buy(till: Caller, ada: Member) -> list[Any]:
    sale = {
        "member": {"id": ada.public_id},
        "total": "13.80",
        "lines": [{"sku": "ESP250", "amount": "13.80"}],
    }
    return at_once(lambda _number: till.post("/purchases", sale, key="one"), calls=CALLS)


class TestOneKey:
    def test_makes_one_purchase_and_gives_one_answer(self, till: Caller, ada: Member):
        responses = buy(till, ada)

        done = [response for response in responses if response.status_code == 201]
        waiting = [response for response in responses if response.status_code != 201]
        assert (Purchase.objects.count(), Entry.objects.count()) == (1, 1)
        assert Account.objects.get().available == 13
        assert len({response.content for response in done}) == 1
        assert sum("Idempotent-Replayed" not in response for response in done) == 1
        assert {response.json()["code"] for response in waiting} <= {"idempotency-in-flight"}

    @pytest.mark.postgresql
    def test_makes_fifty_purchases_without_the_claim_and_its_key(
        self, till: Caller, ada: Member, monkeypatch: pytest.MonkeyPatch
    ):
        """The control: with both taken out the same race is seen to fail."""
        numbers = itertools.count()
        monkeypatch.setattr(claims, "get_given", lambda *, call: None)
        monkeypatch.setattr(claims, "claim", lambda *, call, at: 0)
        monkeypatch.setattr(keys, "digest", lambda *, scope, key: f"{next(numbers)}")

        buy(till, ada)

        assert Purchase.objects.count() == CALLS
        assert Account.objects.get().available == CALLS * 13
