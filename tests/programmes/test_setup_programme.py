import json
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from loyalty.programmes.books import get_book
from loyalty.programmes.models import Programme, Tier, WalletPolicy

pytestmark = pytest.mark.django_db
FLAGS = (
    "--name=Café", "--currency=EUR", "--timezone=Europe/Paris", "--points-per=1.00",
    "--expire-after-days=365",
)  # fmt: skip


def told(*flags: str) -> str:
    out = StringIO()
    call_command("setup_programme", *flags, stdout=out)
    return out.getvalue()


class TestSetupProgramme:
    def test_makes_the_programme_and_the_roles_without_a_question(self):
        assert told(*FLAGS) == "Café is ready.\n"

        assert Programme.objects.get().currency == "EUR"
        assert WalletPolicy.objects.get().expiry_count == 365
        assert Group.objects.filter(name="cashier").exists()

    def test_reads_tiers_in_the_programme_s_currency(self):
        told(*FLAGS, "--tier", "silver:100", "--tier", "gold:250.50", "--value-of-point=0.02")

        thresholds = Tier.objects.order_by("rank").values_list("code", "threshold_cents")
        assert list(thresholds) == [("member", 0), ("silver", 10_000), ("gold", 25_050)]
        assert str(get_book().value_of_point) == "0.0200"

    def test_prints_one_json_document(self):
        assert json.loads(told(*FLAGS, "--json")) == {
            "name": "Café",
            "currency": "EUR",
            "time_zone": "Europe/Paris",
            "wallet": "points",
        }

    def test_refuses_to_change_a_programme(self):
        told(*FLAGS)

        with pytest.raises(CommandError, match=r"^programme-exists: "):
            told(*FLAGS, "--tier", "silver:100")

        assert Tier.objects.exists() is False

    @pytest.mark.parametrize(
        ("flags", "says"),
        [
            (("--currency=ZZZ",), "/currency unknown-currency"),
            (("--timezone=Paris",), "/time_zone unknown-time-zone"),
            (("--points-per=0",), "/points_per out-of-range"),
            (("--points-per=one",), "not-an-amount: --points-per one"),
            (("--value-of-point=x",), "not-an-amount: --value-of-point x"),
            (("--points-per=1e3",), "not-an-amount: --points-per 1e3: write it in digits"),
            (("--value-of-point=1E-2",), "not-an-amount: --value-of-point 1E-2"),
            (("--tier", "silver"), "--tier silver: CODE:AMOUNT is expected, such as silver:100"),
            (("--tier", "silver:1e3"), "--tier silver:1e3: CODE:AMOUNT is expected"),
            (("--tier", ":100"), "--tier :100: CODE:AMOUNT is expected"),
            (
                ("--tier", "silver:100.001"),
                "not-an-amount: --tier silver:100.001: EUR has no such",
            ),
            (("--tier", "silver:NaN"), "not-an-amount: --tier silver:NaN"),
            (("--tier", "silver:1", "--tier", "silver:2"), "/tiers/1 repeated"),
        ],
    )
    def test_says_what_is_wrong_and_writes_nothing(self, flags, says):
        with pytest.raises(CommandError) as refused:
            told(*FLAGS, *flags, "--json")

        assert says in str(refused.value)
        assert refused.value.returncode == 2
        assert Programme.objects.exists() is False
        assert Group.objects.exists() is False
