"""What a till says of lines beside their amounts, and what a purchase hands over."""

from loyalty.programmes.models import Store
from members.models import Member, Purchase, Voucher
from tests.members.api.conftest import Caller
from tests.members.api.test_purchases import sale
from tests.members.builders import publish


class TestRecordPurchase:
    def test_hands_the_voucher_over_that_a_rule_gives(self, till: Caller, ada: Member):
        gift = {"give": "voucher", "name_fr": "Un café", "name_en": "A coffee", "days": 30}
        publish("coffee", {"then": gift | {"value_cents": 280}})

        body = till.post("/purchases", sale(), key="k1").json()
        again = till.post("/purchases", sale(), key="k1").json()

        assert Voucher.objects.get().member == ada
        assert body["award"]["lines"][-1] == {
            "rule": "coffee", "name": "coffee", "points": 0, "voucher": "A coffee",
        }  # fmt: skip
        (shown,) = body["vouchers"]
        assert (shown["name"], shown["value"]) == ("A coffee", "2.80")
        # This till may not spend: the member shows it.
        assert shown["code"] is None
        assert again == body

    def test_keeps_labels_and_tax_and_refuses_what_does_not_add_up(
        self, till: Caller, shop: Store, ada: Member
    ):
        body = sale()
        body["lines"][0] |= {"brand": "Illy", "tags": ["new", "organic"], "tax": "0.72"}

        odd = till.post("/purchases", body | {"tax": "0.80"})
        wrong = till.post("/purchases", body | {"tax": "13.81"})
        done = till.post("/purchases", body | {"tax": "0.72"})

        assert [(e["pointer"], e["code"]) for e in odd.json()["errors"]] == [
            ("/tax", "lines-do-not-add-up")
        ]
        assert wrong.json()["errors"][0]["code"] == "out-of-range"
        assert done.status_code == 201
        kept = Purchase.objects.get()
        line = kept.lines.get()
        assert (kept.tax_cents, line.brand, line.tags, line.tax_cents) == (
            72, "Illy", ["new", "organic"], 72,
        )  # fmt: skip
