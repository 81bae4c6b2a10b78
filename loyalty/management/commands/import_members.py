from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from loyalty.management.importing import HELP, ImportCommand, watch
from members.importing import people
from members.importing.journal import Report


class Command(ImportCommand):
    help = (
        "Enrol members from a file. Fields: external_id, email, phone, card (one at least), "
        "first_name, last_name, birthday, language, enrolled_at, source. Who is a member "
        "already is left as they are. " + HELP
    )

    def bring_in(
        self, *, path: Path, mapped: Mapping[str, str], at: datetime, options: Mapping[str, Any]
    ) -> Report:
        return people.bring_in(
            path=path,
            mapped=mapped,
            at=at,
            store_code=options["store"],
            is_dry_run=options["dry_run"],
            watch=watch,
        )
