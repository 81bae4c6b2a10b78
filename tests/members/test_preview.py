from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.programmes.models import Store, Tier
from members import blocking, purchasing, selling
from members.models import Member
from members.purchasing import Sale, SaleLine
from tests.conftest import NOON
from tests.members.builders import moved, publish, sale

LINES = st.lists(
    st.builds(
        SaleLine,
        amount_cents=st.integers(0, 50_000),
        sku=st.sampled_from(["", "ESP250", "CUP"]),
        category=st.sampled_from(["", "coffee"]),
        quantity=st.decimals("0.001", "99", places=3),
        brand=st.sampled_from(["", "Illy"]),
        tags=st.sampled_from([(), ("sale",)]),
    ),
    max_size=5,
)


@pytest.fixture
def rules(ada: Member) -> None:
    Tier.objects.filter(code="silver").update(multiplier=Decimal("1.50"))
    Store.objects.create(code="paris", name="Paris")
    publish(
        "basket",
        {"when": {"minimum_basket_cents": 3_000, "weekdays": [2, 3]},
         "then": {"give": "fixed", "points": 7}},
    )  # fmt: skip
    publish(
        "fifty", {"then": {"give": "rate", "points": "1", "per_cents": 5_000, "carries": True}}
    )
    publish("first", {"when": {"nth_visit": 2}, "then": {"give": "fixed", "points": 11}})
    publish(
        "illy",
        {"when": {"brands": ["Illy"], "excluded_tags": ["sale"]},
         "then": {"give": "voucher", "name_fr": "Café", "name_en": "Coffee", "days": 3}},
    )  # fmt: skip
    publish("shop", {"when": {"stores": ["paris"]}, "then": {"give": "multiplier", "factor": "2"}})


class TestPreview:
    def test_writes_nothing_and_takes_two_statements(self, ada: Member, django_assert_num_queries):
        before = moved()

        with django_assert_num_queries(2):
            award = purchasing.preview(sale=sale(ada, "19.99"), at=NOON)

        assert award.points == 19
        assert moved() == before

    def test_refuses_what_record_refuses(self, ada: Member):
        with pytest.raises(selling.OccurredAtOutOfWindow):
            purchasing.preview(sale=sale(ada, occurred_at=NOON - timedelta(days=8)), at=NOON)

        blocking.block(member=ada, at=NOON, actor="usr_1")
        with pytest.raises(blocking.MemberBlocked):
            purchasing.preview(sale=sale(ada), at=NOON)

    @settings(
        max_examples=40,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        sold=st.lists(
            st.tuples(LINES, st.integers(-160, 0), st.booleans(), st.booleans()),
            min_size=1,
            max_size=4,
        )
    )
    def test_is_what_record_then_gives(self, ada: Member, rules: None, sold):
        paris = Store.objects.get(code="paris")
        with transaction.atomic():
            for number, (lines, hours, has_store, has_member) in enumerate(sold):
                told = Sale(
                    member=ada if has_member else None,
                    occurred_at=NOON + timedelta(hours=hours),
                    total_cents=sum(line.amount_cents for line in lines),
                    lines=lines,
                    store=paris if has_store else None,
                )

                award = purchasing.preview(sale=told, at=NOON)
                purchase = purchasing.record(sale=told, key=f"k{number}", at=NOON)

                assert purchase.award == award.as_json()
                assert purchase.points == award.points
            transaction.set_rollback(True)
