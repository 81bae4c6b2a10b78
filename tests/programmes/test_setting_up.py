from datetime import UTC, datetime
from decimal import Decimal

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.ledger.models import Wallet
from loyalty.programmes import setting_up
from loyalty.programmes.books import get_book
from loyalty.programmes.expiring import Expiry, ExpiryKind
from loyalty.programmes.models import Programme, Rule, RuleState, Tier, TierLadder, WalletPolicy
from loyalty.programmes.rules import evaluate
from loyalty.programmes.setting_up import ProgrammeExists
from tests.programmes.build import basket, sale

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
ASKED = {
    "name": "Café",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "points_per": Decimal("1.00"),
    "expire_after_days": 365,
    "at": AT,
}


def nothing_is_there() -> bool:
    models = (Programme, Wallet, WalletPolicy, Rule, TierLadder, Tier)
    return not any(model.objects.exists() for model in models)


class TestSetUp:
    def test_makes_a_programme_that_gives_points_for_purchases_of_any_time(self):
        setting_up.set_up(**ASKED)
        in_1997 = datetime(1997, 1, 1, 12, tzinfo=UTC)

        award = evaluate(occasion=sale(basket(total=1_177), at=in_1997), book=get_book())

        assert award.points == 11
        assert award.grants[0].available_at == in_1997
        assert award.grants[0].expires_at == datetime(1998, 1, 1, 23, tzinfo=UTC)

    def test_keeps_what_was_asked(self):
        programme = setting_up.set_up(**ASKED | {"value_of_point": Decimal("0.005")})

        programme.refresh_from_db()
        assert programme.pk == 1
        assert programme.name == "Café"
        assert programme.value_of_point == Decimal("0.0050")
        assert programme.spending_wallet.code == "points"
        assert programme.created_at == AT
        assert programme.history.count() == 1

    def test_names_the_base_rule_after_what_it_gives(self):
        setting_up.set_up(**ASKED)

        base = Rule.objects.get()
        assert (base.code, base.state) == ("base", RuleState.LIVE)
        assert base.name_fr == "1 point par tranche de 1,00\xa0€"
        assert base.name_en == "1 point per €1.00"
        assert base.versions.get().takes_effect_at is None

    def test_adds_a_bottom_tier_and_names_tiers_in_both_languages(self):
        setting_up.set_up(
            **ASKED | {"tiers": [("gold", 25_000), ("silver", 10_000), ("vip", 90_000)]}
        )

        tiers = Tier.objects.order_by("rank").values_list(
            "rank", "code", "name_fr", "name_en", "threshold_cents"
        )
        assert list(tiers) == [
            (0, "member", "Membre", "Member", 0),
            (1, "silver", "Argent", "Silver", 10_000),
            (2, "gold", "Or", "Gold", 25_000),
            (3, "vip", "Vip", "Vip", 90_000),
        ]

    def test_takes_a_bottom_tier_that_is_given(self):
        setting_up.set_up(**ASKED | {"tiers": [("bronze", 0), ("silver", 10_000)]})

        codes = Tier.objects.order_by("rank").values_list("code", flat=True)
        assert list(codes) == ["bronze", "silver"]

    def test_needs_no_tiers_and_no_expiry(self):
        setting_up.set_up(**ASKED | {"expire_after_days": None})

        assert TierLadder.objects.exists() is False
        assert get_book().ladder is None
        assert get_book().wallet("points").expiry == Expiry(kind=ExpiryKind.NEVER)

    def test_counts_in_the_smallest_unit_of_the_currency(self):
        setting_up.set_up(**ASKED | {"currency": "JPY", "points_per": Decimal(100)})

        award = evaluate(occasion=sale(basket(total=1_980)), book=get_book())

        assert award.points == 19

    def test_refuses_a_second_programme(self):
        setting_up.set_up(**ASKED)
        before = get_book()

        with pytest.raises(ProgrammeExists):
            setting_up.set_up(**ASKED | {"name": "Other", "tiers": [("gold", 1)]})

        assert Programme.objects.get().name == "Café"
        assert Tier.objects.exists() is False
        assert get_book() is before

    @pytest.mark.parametrize(
        ("wrong", "pointer", "code"),
        [
            ({"name": " "}, "/name", "bad-length"),
            ({"currency": "ZZZ"}, "/currency", "unknown-currency"),
            ({"currency": "eur"}, "/currency", "unknown-currency"),
            ({"currency": "XXX"}, "/currency", "unknown-currency"),
            ({"time_zone": "Europe/Lutece"}, "/time_zone", "unknown-time-zone"),
            ({"points_per": Decimal(0)}, "/points_per", "out-of-range"),
            ({"points_per": Decimal("-1.00")}, "/points_per", "out-of-range"),
            ({"points_per": Decimal("0.001")}, "/points_per", "out-of-range"),
            ({"points_per": Decimal("1.005")}, "/points_per", "out-of-range"),
            ({"points_per": Decimal("Infinity")}, "/points_per", "out-of-range"),
            ({"points_per": Decimal("NaN")}, "/points_per", "out-of-range"),
            ({"expire_after_days": 0}, "/expire_after_days", "out-of-range"),
            ({"value_of_point": Decimal("-0.01")}, "/value_of_point", "out-of-range"),
            ({"value_of_point": Decimal("0.00001")}, "/value_of_point", "out-of-range"),
            ({"tiers": [("Gold!", 100)]}, "/tiers/0", "bad-code"),
            ({"tiers": [("gold", -1)]}, "/tiers/0", "out-of-range"),
            ({"tiers": [("member", 100)]}, "/tiers/0", "out-of-range"),
            ({"tiers": [("gold", 100), ("gold", 200)]}, "/tiers/1", "repeated"),
            ({"tiers": [("gold", 100), ("vip", 100)]}, "/tiers/1", "repeated"),
        ],
    )
    def test_refuses_what_cannot_be_and_writes_nothing(self, wrong, pointer, code):
        with pytest.raises(ValidationFailed) as refused:
            setting_up.set_up(**ASKED | wrong)

        assert [(field.pointer, field.code) for field in refused.value.errors] == [(pointer, code)]
        assert nothing_is_there()
