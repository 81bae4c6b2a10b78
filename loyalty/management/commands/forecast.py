import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics import facts, predicting
from analytics.predicting import Forecast
from loyalty.core.refusals import Refusal
from loyalty.management.commanding import HouseCommand, day


class TooFewCameBack(Refusal):
    code = "too-few-came-back"
    title = _("Too few members had come back by that day to predict anything.")


class Command(HouseCommand):
    help = "Print the models of predicted value, fitted to what was bought up to a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=day, required=True, metavar="DAY")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *_args: Any, **options: Any) -> None:
        facts.refresh(at=timezone.now())
        forecast = predicting.get_forecast(until=options["at"])
        if forecast is None:
            raise TooFewCameBack
        found = _as_document(forecast)
        self.stdout.write(json.dumps(found) if options["json"] else _as_table(found))


def _as_document(forecast: Forecast) -> dict[str, Any]:
    spent, cents = forecast.spending, forecast.cents
    return {
        "members": len(forecast.seen),
        "buying": asdict(forecast.buying),
        "spending": None if spent is None else asdict(spent),
        "alive": float(forecast.alive.sum()),
        "expected_days": float(forecast.days.sum()),
        "expected_cents": None if cents is None else int(cents.sum()),
    }


def _as_table(found: dict[str, Any]) -> str:
    rows = []
    for name, value in found.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        rows += [f"{name} {part}".strip() + f"  {figure}" for part, figure in parts]
    return "\n".join(rows)
