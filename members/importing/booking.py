"""Staged rows become purchases: per member in order of time, a thousand or two at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from loyalty.events import changes, outbox
from loyalty.ledger import posting
from loyalty.programmes import books
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members import purchasing, receipts, standing
from members.importing import gathering, journal, staging
from members.importing.knowing import Sorter
from members.importing.reading import LineError
from members.importing.staging import StagedRow
from members.importing.walking import Harvest
from members.models import ImportRun
from members.selling import Sale, SaleLine

_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Booking:
    """What the booking of one import goes by."""

    run: ImportRun
    at: datetime
    stores: Mapping[str, Store]
    may_enrol: bool
    size: int


def book_all(*, booking: Booking, progress: journal.Progress) -> None:
    """Book every staged row of a run, chunk by chunk, each a transaction of its own.

    A chunk that was committed is gone from the staged rows: stopped anywhere, the same call
    goes on from the last commit.
    """
    while done := _book_chunk(booking):
        progress(done)


def _book_chunk(booking: Booking) -> int:
    for _try in range(_TRIES - 1):
        try:
            return book_chunk(booking=booking)
        except IntegrityError:
            # Meanwhile a till enrolled the same person or recorded the same receipt: look
            # again, it has committed by now.
            continue
    return book_chunk(booking=booking)


@posting.retried
@transaction.atomic
def book_chunk(*, booking: Booking) -> int:
    """Book the next staged rows and return how many they were; 0 when none is left."""
    # What a try before this one counted in vain was rolled back.
    booking.run.refresh_from_db()
    rows = staging.get_next(run=booking.run, size=booking.size)
    if not rows:
        return 0
    book = books.get_book()
    # Equal rows of a file are of one member and moment, so all of them are here.
    found = Sorter(book=book, stores=booking.stores).sort(rows)
    walks, refused = gathering.gather(
        rows=[row for row, _key in found.fresh],
        at=booking.at,
        may_enrol=booking.may_enrol,
        book=book,
    )
    harvest = Harvest()
    for row, key in found.fresh:
        if why := refused.get(row.member_reference):
            found.errors.append(LineError(row.line, why.code, why.detail))
            continue
        sale = sale_of(row=row, booking=booking)
        walks[row.member_reference].take(sale=sale, key=key, harvest=harvest)
    _write(harvest, booking=booking, book=book)
    journal.count(
        run=booking.run,
        added=len(harvest.purchases),
        known=found.known,
        errors=found.errors,
    )
    staging.remove(run=booking.run, rows=rows)
    return len(rows)


def sale_of(*, row: StagedRow, booking: Booking) -> Sale:
    """Return what a staged row says, without its member: the walk knows whose it is.

    Today's noon, which stands for a bare day, may be still to come: it is booked as of now.
    """
    content = row.content
    lines = [
        SaleLine(
            amount_cents=line["cents"],
            sku=line.get("sku", ""),
            name=line.get("name", ""),
            category=line.get("category", ""),
            quantity=Decimal(line["quantity"]),
        )
        for line in content.get("lines", ())
    ]
    return Sale(
        occurred_at=min(row.occurred_at, booking.at),
        total_cents=content["cents"],
        store=booking.stores[content["store"]] if "store" in content else None,
        till=content.get("till", ""),
        channel=content.get("channel", "store"),
        receipt=content.get("receipt", ""),
        lines=lines,
    )


def _write(harvest: Harvest, *, booking: Booking, book: Rulebook) -> None:
    if not harvest.purchases:
        return
    receipts.load(purchases=harvest.purchases, lines=harvest.lines)
    posting.earn_many(earnings=harvest.earnings, recorded_at=booking.at, is_historic=True)
    standing.keep(changes=harvest.tier_changes, book=book, is_historic=True)
    standing.review(member_ids=sorted(harvest.late_members), at=booking.at, is_historic=True)
    changes.record(
        "purchases",
        [(purchase.member_id, purchase.business_on) for purchase in harvest.purchases],
    )
    outbox.record_many([purchasing.told(purchase=purchase) for purchase in harvest.purchases])
