from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone, translation

from analytics import booking, facts, journal, reporting
from analytics.periods import month_end
from analytics.scopes import get_scope
from loyalty.management.commanding import HouseCommand, day


class Command(HouseCommand):
    help = "Print the accounting journal of points of whole months, as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", type=_month, required=True, dest="first", metavar="MONTH")
        parser.add_argument("--to", type=_month, required=True, dest="last", metavar="MONTH")
        parser.add_argument("--language", choices=("fr", "en"), default="fr")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = timezone.now()
        last = month_end(options["last"])
        scope = get_scope(period=reporting.read_period(first=options["first"], last=last), at=at)
        facts.refresh(at=at)
        found = journal.get_journal(scope=scope)
        with translation.override(options["language"]):
            self.stdout.write(booking.write_csv(journal=found, currency=scope.currency), ending="")


def _month(text: str) -> date:
    """Read the month of a flag, for argparse: 2026-03."""
    try:
        return day(f"{text}-01")
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{text} is not a month: write 2026-03.") from error
