import json
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from loyalty.core import zones
from loyalty.ledger import balances
from loyalty.management import commanding
from loyalty.programmes.models import Programme
from members.models import Member


class Command(commanding.HouseCommand):
    help = "Tell the points issued, used and outstanding at the close of a business day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", required=True, type=commanding.day, metavar="YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument(
            "--members", action="store_true", help="add what is outstanding per external id"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        document = _tell(day=options["at"], with_members=options["members"])
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        members = document.pop("members", {})
        for name, figure in [*document.items(), *members.items()]:
            self.stdout.write(f"{name:<20} {figure:>16}")


def _tell(*, day: date, with_members: bool) -> dict[str, Any]:
    programme = Programme.objects.select_related("spending_wallet").first()
    if programme is None:
        raise CommandError(
            "There is no programme yet: run setup_programme.", returncode=commanding.WRONG
        )
    close = zones.end_of_day(day=day, zone=programme.zone)
    wallet = programme.spending_wallet.code
    totals = balances.get_totals(at=close, wallet=wallet)
    document: dict[str, Any] = {
        "at": day.isoformat(),
        "issued": totals.issued,
        "redeemed": totals.redeemed,
        "expired": totals.expired,
        "removed": totals.removed,
        "outstanding": totals.outstanding,
    }
    if with_members:
        outstanding = balances.get_outstanding(at=close, wallet=wallet)
        document["members"] = {
            external_id: outstanding.get(holder, 0)
            for external_id, holder in Member.objects.exclude(external_id=None)
            .order_by("external_id")
            .values_list("external_id", "holder")
        }
    return document
