"""What every command of ours has in common: it refuses in words, and reads days alike."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from analytics.periods import EARLIEST, LATEST
from loyalty.core.refusals import Refusal
from loyalty.programmes.models import Programme

WRONG = 2


class HouseCommand(BaseCommand):
    """What is refused ends it with a line on standard error and exit code 2, never a traceback."""

    makes_tables: ClassVar[bool] = False

    def execute(self, *args: Any, **options: Any) -> str | None:
        if not self.makes_tables:
            _check_tables()
        try:
            return super().execute(*args, **options)
        except Refusal as refusal:
            raise CommandError(told(refusal), returncode=WRONG) from refusal


def told(refusal: Refusal) -> str:
    """Return the code and, for each field, where and why, as one line each."""
    lines = [f"{refusal.code}: {refusal.detail}"]
    lines += [f"{field.pointer} {field.code}: {field.detail}" for field in refusal.errors]
    return "\n".join(lines)


def day(text: str) -> date:
    """Read the day of a flag, for argparse: 2026-03-10, from 1900 through 2999."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a day: write 1998-06-30.") from error
    if not EARLIEST <= found <= LATEST:
        raise ArgumentTypeError(f"{text} is not between {EARLIEST} and {LATEST}.")
    return found


def _check_tables() -> None:
    if Programme._meta.db_table not in connection.introspection.table_names():
        raise CommandError(
            "The database has no tables yet: run `python manage.py migrate` first.",
            returncode=WRONG,
        )
