"""Purchases and returns as rows: written once, found again by key or by receipt."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.core import engines
from loyalty.core.refusals import NotFound, Refusal
from loyalty.programmes.models import Store
from members.models import Purchase, PurchaseLine, Return

_FIELDS = [field for field in Purchase._meta.concrete_fields if not field.primary_key]


class DuplicateReceipt(Refusal):
    code = "duplicate-receipt"
    title = _("This receipt was already recorded today by this till.")


class NotKnownYet(Refusal):
    """What an offline till tells may overtake what it refers to."""

    code = "not-known-yet"
    status = 409
    is_retryable = True
    title = _("What this refers to has not arrived yet. Send it again later.")


def insert_once(*, purchase: Purchase) -> bool:
    """Insert a purchase unless its key or its receipt is there already, and say so.

    A duplicate still being written by another transaction is waited for. Nothing has to be
    rolled back to a savepoint, which would cost two more round trips.
    """
    fields = _FIELDS
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


def load(*, purchases: Sequence[Purchase], lines: Sequence[PurchaseLine]) -> None:
    """Insert many new purchases and their lines; the purchases do not learn their ids.

    One that is there already raises IntegrityError and nothing is kept.
    """
    engines.load(
        table=Purchase._meta.db_table,
        columns=[str(field.column) for field in _FIELDS],
        rows=[[_plain(field, purchase) for field in _FIELDS] for purchase in purchases],
    )
    if lines:
        keys = {line.purchase.key for line in lines}
        ids = dict(Purchase.objects.filter(key__in=keys).values_list("key", "pk"))
        for line in lines:
            line.purchase_id = ids[line.purchase.key]
        PurchaseLine.objects.bulk_create(lines)


def _plain(field: "Field[Any, Any]", purchase: Purchase) -> Any:
    value = getattr(purchase, field.attname)
    return json.dumps(value) if isinstance(field, JSONField) else value


def get_by_key(*, key: str) -> Purchase | None:
    """Return the purchase that a key recorded, with what a till is answered."""
    return Purchase.objects.select_related("member", "store").filter(key=key).first()


def earning_key(*, purchase: Purchase) -> str:
    """Return the key under which a purchase earned: its own, or that which made it somebody's."""
    return str(purchase.facts.get("attached", {}).get("key", purchase.key))


def get_sale(*, public_id: str) -> Purchase:
    """Return a purchase by its id. Raises NotFound."""
    is_readable = public_id.isascii() and public_id.isprintable()
    sale = _sales().filter(public_id=public_id).first() if is_readable else None
    if sale is None:
        raise NotFound
    return sale


def get_sale_by_key(*, key: str) -> Purchase:
    """Return the purchase that a key recorded. Raises NotKnownYet."""
    return _known(_sales().filter(key=key))


def get_sale_by_receipt(
    *, receipt: str, till: str, business_on: date, store: Store | None
) -> Purchase:
    """Return the purchase of a till's receipt of one business day. Raises NotKnownYet."""
    return _known(
        _sales().filter(store=store, till=till, business_on=business_on, receipt=receipt)
    )


def _sales() -> QuerySet[Purchase]:
    return Purchase.objects.select_related("member", "store")


def _known(sales: QuerySet[Purchase]) -> Purchase:
    if sale := sales.first():
        return sale
    raise NotKnownYet


def get_by_receipt(*, purchase: Purchase) -> Purchase | None:
    """Return the first purchase with the same receipt of the same till on the same day."""
    if not purchase.receipt:
        return None
    return Purchase.objects.filter(**_receipt_of(purchase)).first()


def get_return_by_receipt(*, returned: Return) -> Return | None:
    """Return the first return with the same receipt of the same till on the same day."""
    if not returned.receipt:
        return None
    return Return.objects.filter(**_receipt_of(returned)).first()


def _receipt_of(row: Purchase | Return) -> dict[str, Any]:
    return {
        "store": row.store_id,
        "till": row.till,
        "business_on": row.business_on,
        "receipt": row.receipt,
    }


def duplicate_of(*, first: Purchase) -> DuplicateReceipt:
    """Return the refusal that names the first purchase."""
    return DuplicateReceipt(purchase=first.public_id)


def duplicate_return_of(*, first: Return) -> DuplicateReceipt:
    """Return the refusal that names the first return."""
    figures: dict[str, Any] = {"return": first.public_id}
    return DuplicateReceipt(**figures)
