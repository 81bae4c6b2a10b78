import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from analytics import concentration, facts, reporting
from analytics.scopes import get_scope
from loyalty.management.commanding import HouseCommand, day


class Command(HouseCommand):
    help = "Print the curve of Lorenz: what groups of buyers brought, who spent least first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", type=day, required=True, dest="first", metavar="DAY")
        parser.add_argument("--to", type=day, required=True, dest="last", metavar="DAY")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = timezone.now()
        period = reporting.read_period(first=options["first"], last=options["last"])
        scope = get_scope(period=period, at=at)
        facts.refresh(at=at)
        groups = concentration.get_groups(scope=scope)
        curve = reporting.curve_of(groups, currency=scope.currency)
        document = {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "currency": scope.currency,
            "groups": curve,
        }
        self.stdout.write(json.dumps(document) if options["json"] else _table(curve))


def _table(curve: Sequence[dict[str, Any]]) -> str:
    return "\n".join("  ".join(str(value) for value in group.values()) for group in curve)
