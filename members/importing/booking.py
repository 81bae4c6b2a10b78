"""Staged rows become purchases: per member in order of time, a thousand or two at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from loyalty.core.refusals import ConcurrentUpdate
from loyalty.events import changes, outbox
from loyalty.ledger import posting
from loyalty.programmes import books, counting
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.tallies import Tally
from members import handing, labelling, moving, purchasing, recalling, receipts, standing
from members.importing import gathering, journal, staging
from members.importing.knowing import Sorter
from members.importing.reading import LineError
from members.importing.staging import StagedRow
from members.importing.walking import Harvest, Walk
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
    own: frozenset[int] = frozenset()


def book_all(*, booking: Booking, progress: journal.Progress) -> None:
    """Book every staged row of a run, chunk by chunk, each a transaction of its own.

    A chunk that was committed is gone from the staged rows: stopped anywhere, the same call
    goes on from the last commit.
    """
    while done := _book_chunk(booking):
        progress(done)


def _book_chunk(booking: Booking) -> int:
    does_lock = False
    for _try in range(_TRIES - 1):
        try:
            return book_chunk(booking=booking, does_lock=does_lock)
        except (IntegrityError, ConcurrentUpdate):
            # Meanwhile a till enrolled the same person or recorded the same receipt, or two
            # members were merged: look again, it has committed by now.
            continue
        except counting.BudgetRanOut:
            # Tills took the last of it meanwhile. Once budgets are locked nobody can.
            does_lock = True
    return book_chunk(booking=booking, does_lock=True)


@posting.retried
@transaction.atomic
def book_chunk(*, booking: Booking, does_lock: bool = False) -> int:
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
        own=booking.own,
    )
    tally = _count(walks.values(), found.fresh, booking, book, does_lock=does_lock)
    harvest = Harvest()
    skus = staging.skus_of(rows=[row for row, _key in found.fresh])
    labels = labelling.get_labels(skus=skus, book=book)
    for row, key in found.fresh:
        if why := refused.get(row.member_reference):
            found.errors.append(LineError(row.line, why.code, why.detail))
            continue
        walk = walks[row.member_reference]
        sale = sale_of(row=row, at=booking.at, stores=booking.stores)
        sale = labelling.labelled(sale=sale, labels=labels, member=walk.member)
        walk.take(sale=sale, key=key, harvest=harvest)
    write(harvest=harvest, at=booking.at, book=book)
    journal.count(
        run=booking.run,
        added=len(harvest.purchases),
        known=found.known,
        errors=found.errors,
    )
    staging.remove(run=booking.run, rows=rows)
    counting.keep(tally=tally, book=book)
    return len(rows)


def _count(
    walks: Iterable[Walk],
    fresh: Iterable[tuple[StagedRow, str]],
    booking: Booking,
    book: Rulebook,
    *,
    does_lock: bool,
) -> Tally:
    """Let all walks count together what rules with limits give, from what they gave before."""
    walking = [walk for walk in walks if walk.member]
    moments = {min(row.occurred_at, booking.at) for row, _key in fresh}
    tally = counting.get_tally(
        holders=[walk.member.holder_id for walk in walking if walk.member],
        moments=[(moment, book.business_day(moment)) for moment in moments],
        book=book,
        does_lock=does_lock,
    )
    for walk in walking:
        walk.tally = tally
    return tally


def sale_of(*, row: StagedRow, at: datetime, stores: Mapping[str, Store]) -> Sale:
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
            brand=line.get("brand", ""),
            tags=tuple(line.get("tags", ())),
            tax_cents=line.get("tax_cents", 0),
        )
        for line in content.get("lines", ())
    ]
    return Sale(
        occurred_at=min(row.occurred_at, at),
        total_cents=content["cents"],
        store=stores[content["store"]] if "store" in content else None,
        till=content.get("till", ""),
        channel=content.get("channel", "store"),
        receipt=content.get("receipt", ""),
        tax_cents=content.get("tax_cents", 0),
        lines=lines,
    )


def write(*, harvest: Harvest, at: datetime, book: Rulebook) -> None:
    """Write what the sales of a chunk come to, in a few statements; nothing reaches anybody."""
    if not harvest.purchases:
        return
    receipts.load(purchases=harvest.purchases, lines=harvest.lines)
    posting.earn_many(
        earnings=harvest.earnings,
        activities=harvest.activities,
        recorded_at=at,
        is_historic=True,
    )
    recalling.keep(carried=harvest.carried)
    for awarded in harvest.awarded:
        handing.hand_over(awarded=awarded, recorded_at=at, book=book, is_historic=True)
    moving.keep(changes=harvest.tier_changes, book=book, is_historic=True)
    standing.review(member_ids=sorted(harvest.late_members), at=at, is_historic=True)
    changes.record(
        "purchases",
        [(purchase.member_id, purchase.business_on) for purchase in harvest.purchases],
    )
    outbox.record_many([purchasing.told(purchase=purchase) for purchase in harvest.purchases])
