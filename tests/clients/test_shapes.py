"""Fields that refuse what could be read two ways."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from loyalty.clients.shapes import (
    MomentField,
    MoneyField,
    QuantityField,
    StrictSerializer,
    TextField,
    YesNoField,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


class Everything(StrictSerializer):
    money = MoneyField(required=False)
    quantity = QuantityField(required=False)
    moment = MomentField(required=False)
    text = TextField(required=False)
    yes = YesNoField(required=False)


def read(**values: Any) -> Any:
    shape = Everything(data=values, context={"currency": "EUR"})
    shape.is_valid(raise_exception=True)
    return shape.validated_data


class TestFields:
    def test_read_what_they_promise(self):
        assert read(
            money="13.80",
            quantity="0.250",
            moment="2026-11-21T10:15:00.5+01:00",
            text=" a ",
            yes=False,
        ) == {
            "money": 1380,
            "quantity": Decimal("0.250"),
            "moment": datetime(2026, 11, 21, 9, 15, 0, 500_000, tzinfo=UTC),
            "text": "a",
            "yes": False,
        }

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("money", 13.8), ("money", 13), ("money", True), ("money", "١٣"), ("money", " 1"),
            ("money", "1" * 13), ("quantity", 1), ("quantity", "-1"), ("quantity", "0.000"),
            ("moment", "2026-11-21 10:15:00+01:00"), ("moment", "2026-11-21"),
            ("moment", "2026-11-21T10:15:60Z"), ("moment", "0001-01-01T00:00:00+14:00"),
            ("text", 5), ("text", "a\0b"), ("yes", "true"), ("yes", 1), ("yes", None),
        ],
    )  # fmt: skip
    def test_refuse_what_could_be_read_two_ways(self, name: str, value: Any):
        with pytest.raises(ValidationError) as refused:
            read(**{name: value})

        assert list(refused.value.detail) == [name]

    @given(name=st.sampled_from(sorted(Everything().fields)), value=ANYTHING)
    def test_never_fail_otherwise(self, name: str, value: Any):
        shape = Everything(data={name: value}, context={"currency": "EUR"})

        assert shape.is_valid() or list(shape.errors) == [name]
