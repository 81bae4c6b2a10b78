import json
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from loyalty.ledger import statements as ledger
from loyalty.ledger.statements import Standing
from loyalty.management import commanding
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import finding, statements, stating

Days = tuple[date, date]


class Command(commanding.HouseCommand):
    help = "Tell what there was, what happened and what there was then: of a wallet or a member."

    def add_arguments(self, parser: CommandParser) -> None:
        for name, dest in (("--from", "first"), ("--to", "last")):
            parser.add_argument(
                name, dest=dest, required=True, type=commanding.day, metavar="YYYY-MM-DD"
            )
        parser.add_argument("--member", metavar="ID", help="of this member alone: mem_…")
        parser.add_argument("--wallet", help="another wallet than that of the points")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if first > last:
            raise CommandError("The last day is before the first.", returncode=commanding.WRONG)
        book, at = books.get_book(), timezone.now()
        wallet = options["wallet"] or book.spending_wallet
        if wallet not in book.wallets:
            raise CommandError(f"There is no wallet {wallet}.", returncode=commanding.WRONG)
        document = (
            _of_member(options["member"], wallet, (first, last), at, book)
            if options["member"]
            else _of_wallet(wallet, (first, last), at, book)
        )
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        self._print("opening", document["opening"])
        for line in document["lines"]:
            *words, points = line.values()
            self.stdout.write(f"  {'  '.join(str(word) for word in words):<44} {points:>+12}")
        self._print("closing", document["closing"])

    def _print(self, name: str, standing: dict[str, int]) -> None:
        told = "  ".join(f"{what} {points}" for what, points in standing.items())
        self.stdout.write(f"{name:<10} {told}")


def _of_wallet(wallet: str, days: Days, at: datetime, book: Rulebook) -> dict[str, Any]:
    first, last = days
    since, until = stating.bounds(first=first, last=last, at=at, book=book)
    flow = ledger.get_flow(since=since, until=until, wallet=wallet)
    lines = [
        {"kind": line.kind, "from": line.source, "to": line.destination, "points": line.points}
        for line in flow.lines
    ]
    return _document(days, flow.opening, lines, flow.closing)


def _of_member(
    public_id: str, wallet: str, days: Days, at: datetime, book: Rulebook
) -> dict[str, Any]:
    first, last = days
    member = finding.get_member(public_id=public_id)
    account = statements.get_account(member=member, book=book, wallet=wallet)
    told = stating.get_statement(account=account, first=first, last=last, at=at, book=book)
    lines = [
        {"day": line.day.isoformat(), "what": line.words, "points": line.points}
        for line in told.lines
    ]
    return _document(days, told.opening, lines, told.closing)


def _document(
    days: Days, opening: Standing, lines: list[dict[str, Any]], closing: Standing
) -> dict[str, Any]:
    first, last = days
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "opening": vars(opening),
        "lines": lines,
        "closing": vars(closing),
    }
