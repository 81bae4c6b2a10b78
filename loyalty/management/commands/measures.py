import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from analytics import facts, reporting
from analytics.scopes import get_scope
from loyalty.management.commanding import HouseCommand, day


class Command(HouseCommand):
    help = "Print the measures of a period, after counting what changed since the last time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", type=day, required=True, dest="first", metavar="DAY")
        parser.add_argument("--to", type=day, required=True, dest="last", metavar="DAY")
        parser.add_argument(
            "--code", action="append", default=[], help="of one measure; repeat it"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = timezone.now()
        period = reporting.read_period(first=options["first"], last=options["last"])
        scope = get_scope(period=period, at=at)
        facts.refresh(at=at)
        lines = reporting.report(scope=scope, codes=options["code"])
        if options["json"]:
            document = reporting.as_document(scope=scope, lines=lines)
            self.stdout.write(json.dumps(document))
        else:
            self.stdout.write(reporting.as_table(scope=scope, lines=lines))
