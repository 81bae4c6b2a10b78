import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from analytics import facts, reporting, slicing
from analytics.scopes import Dimension, get_scope
from loyalty.management.commanding import HouseCommand, day

_CUTS = {
    Dimension.STORE: "of one store, by its code",
    Dimension.CHANNEL: "of one channel",
    Dimension.TIER: "of members of a tier, by its code; - is no tier",
    Dimension.SEGMENT: "of members of a segment, by its code",
    Dimension.KIND: "PERSON or COMPANY",
    Dimension.ENROLLED: "of members who joined in a month: 2026-03",
    Dimension.SOURCE: "of members won by one source",
    Dimension.VALUE_GROUP: "BEST is the fifth of buyers who brought most, REST all others",
}


class Command(HouseCommand):
    help = "Print the measures of a period, after counting what changed since the last time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", type=day, required=True, dest="first", metavar="DAY")
        parser.add_argument("--to", type=day, required=True, dest="last", metavar="DAY")
        parser.add_argument(
            "--code", action="append", default=[], help="of one measure; repeat it"
        )
        for name, words in _CUTS.items():
            flag = "value-group" if name == Dimension.VALUE_GROUP else name.value
            parser.add_argument(f"--{flag}", dest=name.value, default="", help=words)
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = timezone.now()
        period = reporting.read_period(first=options["first"], last=options["last"])
        cut = slicing.read_cut(asked={name: options[name] for name in Dimension})
        scope = get_scope(period=period, at=at, cut=cut)
        facts.refresh(at=at)
        lines = reporting.report(scope=scope, codes=options["code"])
        if options["json"]:
            document = reporting.as_document(scope=scope, lines=lines)
            self.stdout.write(json.dumps(document))
        else:
            self.stdout.write(reporting.as_table(scope=scope, lines=lines))
