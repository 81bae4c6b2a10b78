import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from loyalty import grants
from loyalty.management.commanding import HouseCommand
from loyalty.programmes import money, setting_up
from loyalty.programmes.models import Programme


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
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"not-an-amount: --{flag} {text}") from error


def _tier(text: str, currency: str) -> tuple[str, int]:
    code, separator, threshold = text.partition(":")
    amount = _amount("tier", threshold if separator else text)
    try:
        return code, money.to_cents(amount=amount, currency=currency)
    except (ValueError, InvalidOperation, OverflowError) as error:
        raise CommandError(f"not-an-amount: --tier {text}") from error
