import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from analytics import facts, reporting, rfm
from analytics.scopes import Scope, get_scope
from loyalty.management.commanding import HouseCommand, day


class Command(HouseCommand):
    help = "Print how many members have each score of recency, frequency and revenue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=day, required=True, metavar="DAY")
        parser.add_argument(
            "--scoring",
            choices=[scoring.value.lower() for scoring in rfm.Scoring],
            help="instead of the one of the settings",
        )
        parser.add_argument("--members", action="store_true", help="each member's score as well")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *_args: Any, **options: Any) -> None:
        at, on = timezone.now(), options["at"]
        scope = get_scope(period=reporting.read_period(first=on, last=on), at=at)
        facts.refresh(at=at)
        scoring = rfm.Scoring((options["scoring"] or scope.rfm_scoring).upper())
        found = _get_scores(scope, scoring, with_members=options["members"])
        self.stdout.write(json.dumps(found) if options["json"] else _table(found))


def _get_scores(
    scope: Scope, scoring: rfm.Scoring, *, with_members: bool
) -> dict[str, dict[str, Any]]:
    if not with_members:
        return {"scores": rfm.get_grid(scope, scoring)}
    members = rfm.get_members(scope, scoring)
    return {"scores": rfm.count_scores(members), "members": members}


def _table(found: dict[str, dict[str, Any]]) -> str:
    rows = [f"{name}  {value}" for part in found.values() for name, value in part.items()]
    return "\n".join(rows)
