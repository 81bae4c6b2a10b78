from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from loyalty.management.importing import HELP, ImportCommand, watch
from members.importing import purchases
from members.importing.journal import Report


class Command(ImportCommand):
    help = (
        "Record purchases from a file, as of their moments: points, tiers, members. Fields: "
        "member, at, amount; when mapped also receipt, store, till, channel, and lines "
        "(a JSON list as in the API). Without a member a purchase is anonymous; an unknown "
        "member is enrolled. A day without a time is that business day, taken at noon. " + HELP
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--no-enrol", action="store_true", help="refuse the lines of unknown members"
        )

    def bring_in(
        self, *, path: Path, mapped: Mapping[str, str], at: datetime, options: Mapping[str, Any]
    ) -> Report:
        return purchases.bring_in(
            path=path,
            mapped=mapped,
            at=at,
            store_code=options["store"],
            may_enrol=not options["no_enrol"],
            is_dry_run=options["dry_run"],
            watch=watch,
        )
