import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from loyalty.ledger import verifying
from loyalty.management.commanding import HouseCommand


class Command(HouseCommand):
    help = "Recompute every balance, lot, number and hash from the movements, and change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        found = verifying.verify()
        is_sound = found.first_fault is None
        if options["json"]:
            document = {
                "accounts": found.accounts,
                "entries": found.entries,
                "is_sound": is_sound,
                "first_fault": found.first_fault,
            }
            self.stdout.write(json.dumps(document))
        elif is_sound:
            self.stdout.write(f"{found.entries} entries of {found.accounts} accounts are right.")
        else:
            self.stderr.write(f"{found.first_fault}")
        if not is_sound:
            sys.exit(1)
