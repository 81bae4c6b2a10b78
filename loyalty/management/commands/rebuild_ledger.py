import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from loyalty.ledger import verifying
from loyalty.ledger.posting import rebuilding
from loyalty.management.commanding import HouseCommand


class Command(HouseCommand):
    help = (
        "Make every balance, what is left in lots and each next event again from the"
        " movements, say what was put right, and verify the whole ledger."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        rebuilt = rebuilding.rebuild()
        fault = verifying.verify().first_fault
        if options["json"]:
            document = {
                "accounts": rebuilt.accounts,
                "changes": list(rebuilt.changes),
                "is_sound": fault is None,
                "first_fault": fault,
            }
            self.stdout.write(json.dumps(document))
        else:
            for change in rebuilt.changes:
                self.stdout.write(change)
            self.stdout.write(
                f"{rebuilt.accounts} accounts rebuilt, {len(rebuilt.changes)} figures put right."
            )
            if fault is not None:
                self.stderr.write(fault)
        if fault is not None:
            sys.exit(1)
