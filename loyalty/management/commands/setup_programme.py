import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from loyalty import grants
from loyalty.management.commanding import WRONG, HouseCommand
from loyalty.programmes import money, setting_up
from loyalty.programmes.models import Programme

# As the API takes them: digits, never an exponent.
_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_TIER = "CODE:AMOUNT is expected, such as silver:100 or gold:250.50"


class Command(HouseCommand):
    help = (
        "Set the loyalty programme up without questions asked: wallet, base rule, tiers. "
        "A programme that exists is never changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--currency", required=True, help="ISO 4217, such as EUR")
        parser.add_argument("--timezone", required=True, help="such as Europe/Paris")
        parser.add_argument("--points-per", required=True, metavar="AMOUNT", help="1 point each")
        parser.add_argument(
            "--expire-after-days", type=int, metavar="DAYS", help="never, unless given"
        )
        parser.add_argument("--value-of-point", default="0.01", metavar="AMOUNT")
        parser.add_argument("--tier", action="append", default=[], metavar="CODE:AMOUNT")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        currency = options["currency"]
        programme = setting_up.set_up(
            name=options["name"],
            currency=currency,
            time_zone=options["timezone"],
            points_per=_amount("points-per", options["points_per"]),
            expire_after_days=options["expire_after_days"],
            value_of_point=_amount("value-of-point", options["value_of_point"]),
            tiers=[_tier(text, currency) for text in options["tier"]],
            at=timezone.now(),
        )
        grants.sync()
        self._tell(programme, as_json=options["json"])

    def _tell(self, programme: Programme, *, as_json: bool) -> None:
        if not as_json:
            self.stdout.write(f"{programme.name} is ready.")
            return
        said = {
            "name": programme.name,
            "currency": programme.currency,
            "time_zone": programme.time_zone,
            "wallet": programme.spending_wallet.code,
        }
        self.stdout.write(json.dumps(said))


def _amount(flag: str, text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise _not_an_amount(flag, text, "write it in digits, such as 1000 or 2.50")
    return Decimal(text)


def _tier(text: str, currency: str) -> tuple[str, int]:
    code, _separator, threshold = text.partition(":")
    if not code or not _AMOUNT.fullmatch(threshold):
        raise _not_an_amount("tier", text, _TIER)
    try:
        return code, money.to_cents(amount=Decimal(threshold), currency=currency)
    except (ValueError, InvalidOperation, OverflowError) as error:
        raise _not_an_amount("tier", text, f"{currency} has no such amount") from error


def _not_an_amount(flag: str, text: str, expected: str) -> CommandError:
    return CommandError(f"not-an-amount: --{flag} {text}: {expected}.", returncode=WRONG)
