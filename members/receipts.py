"""Purchases as rows: written once, found again by key or by receipt."""

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from members.models import Purchase, PurchaseLine


class DuplicateReceipt(Refusal):
    code = "duplicate-receipt"
    title = _("This receipt was already recorded today by this till.")


def insert_once(*, purchase: Purchase) -> bool:
    """Insert a purchase unless its key or its receipt is there already, and say so.

    A duplicate still being written by another transaction is waited for. Nothing has to be
    rolled back to a savepoint, which would cost two more round trips.
    """
    fields = [field for field in Purchase._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(str(field.column) for field in fields)
    marks = ", ".join("%s" for _field in fields)
    values = [
        field.get_db_prep_save(field.pre_save(purchase, add=True), connection) for field in fields
    ]
    statement = (
        f"INSERT INTO {Purchase._meta.db_table} ({columns}) VALUES ({marks})"  # noqa: S608 (names of our own columns)
        " ON CONFLICT DO NOTHING RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    if row is None:
        return False
    purchase.pk = row[0]
    purchase._state.adding, purchase._state.db = False, connection.alias
    return True


def insert_lines(*, lines: Sequence[PurchaseLine]) -> None:
    """Insert the lines of one or many purchases in one statement."""
    if lines:
        PurchaseLine.objects.bulk_create(lines)


def get_by_key(*, key: str) -> Purchase | None:
    """Return the purchase that a key recorded, with what a till is answered."""
    return Purchase.objects.select_related("member", "store").filter(key=key).first()


def get_by_receipt(*, purchase: Purchase) -> Purchase | None:
    """Return the first purchase with the same receipt of the same till on the same day."""
    if not purchase.receipt:
        return None
    return Purchase.objects.filter(
        store=purchase.store_id,
        till=purchase.till,
        business_on=purchase.business_on,
        receipt=purchase.receipt,
    ).first()


def duplicate_of(*, first: Purchase) -> DuplicateReceipt:
    """Return the refusal that names the first purchase."""
    return DuplicateReceipt(purchase=first.public_id)
