import json
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from loyalty import night
from loyalty.core.refusals import Refusal
from loyalty.events.models import JobRun, JobState
from loyalty.management import commanding


class Command(commanding.HouseCommand):
    help = "Book what the business days that are over leave to be booked. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--day", type=commanding.day, help="this day alone (default: every day owed)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        days = [options["day"]] if options["day"] else night.due(at=timezone.now())
        nights = {day: self.run_night(day) for day in days}
        if options["json"]:
            self.stdout.write(json.dumps({"nights": [as_json(*one) for one in nights.items()]}))
        else:
            self.stdout.write("\n".join(as_lines(nights)))
        if any(steps[-1].state != JobState.DONE for steps in nights.values()):
            raise CommandError("Another process is running this night.")

    def run_night(self, day: date) -> Sequence[JobRun]:
        try:
            return night.run(day=day, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(
                f"{refusal.code}: {day}. {refusal.detail}", returncode=commanding.WRONG
            ) from refusal


def as_json(day: date, steps: Sequence[JobRun]) -> dict[str, Any]:
    return {"day": day.isoformat(), "steps": [step_as_json(step) for step in steps]}


def step_as_json(step: JobRun) -> dict[str, Any]:
    seconds = (step.ended_at - step.started_at).total_seconds() if step.ended_at else None
    return {"job": step.job, "state": step.state, "rows": step.rows, "seconds": seconds}


def as_lines(nights: dict[date, Sequence[JobRun]]) -> list[str]:
    if not nights:
        return ["No night is owed."]
    return [
        f"{day} {step.job:10} {step.state:8} {step.rows} rows"
        for day, steps in nights.items()
        for step in steps
    ]
