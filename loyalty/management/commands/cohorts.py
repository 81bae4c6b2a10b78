import json
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from analytics import cohorts, facts, reporting
from analytics.scopes import get_scope
from loyalty.management.commanding import HouseCommand, day


class Command(HouseCommand):
    help = "Print, by month of first purchase, the buyers of that month and of each one since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until", type=day, required=True, metavar="DAY")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *_args: Any, **options: Any) -> None:
        at, until = timezone.now(), options["until"]
        scope = get_scope(period=reporting.read_period(first=until, last=until), at=at)
        facts.refresh(at=at)
        table = cohorts.get_cohorts(scope=scope)
        self.stdout.write(_document(table) if options["json"] else _table(table))


def _document(table: dict[date, list[int]]) -> str:
    return json.dumps({f"{month:%Y-%m}": buyers for month, buyers in table.items()})


def _table(table: dict[date, list[int]]) -> str:
    width = max((len(str(max(buyers))) for buyers in table.values()), default=0)
    return "\n".join(
        f"{month:%Y-%m}  " + " ".join(f"{number:>{width}}" for number in buyers)
        for month, buyers in table.items()
    )
