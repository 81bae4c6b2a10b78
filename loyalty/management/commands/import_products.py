from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from loyalty.management.importing import HELP, ImportCommand, watch
from members.importing import products
from members.importing.journal import Report


class Command(ImportCommand):
    takes_store = False
    help = (
        "Bring the products to what a file says. Fields: sku, name_fr, name_en, category (its "
        "code), brand, tags. Known SKUs are changed. " + HELP
    )

    def bring_in(
        self, *, path: Path, mapped: Mapping[str, str], at: datetime, options: Mapping[str, Any]
    ) -> Report:
        return products.bring_in(
            path=path, mapped=mapped, is_dry_run=options["dry_run"], watch=watch
        )
