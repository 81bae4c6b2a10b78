"""How full a member's stamp cards are, as tills see it."""

from typing import Any

from members.models import Member
from tests.members.api.conftest import Caller
from tests.members.test_handing import buy, card

__all__ = ["card"]


class TestStamps:
    def test_say_how_full_each_card_is(self, till: Caller, ada: Member, card: None):
        def shown() -> Any:
            return till.get(f"/members/{ada.public_id}").json()["stamps"]

        told = {"wallet": "stamps", "full_at": 5, "voucher": "A coffee"}
        assert shown() == [{**told, "stamps": 0}]

        buy(ada, "1", "2", "3")

        assert shown() == [{**told, "stamps": 3}]
