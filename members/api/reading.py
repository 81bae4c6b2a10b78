"""From what a till sent to what a capability is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.clients.calling import ClientRequest
from loyalty.clients.models import Client
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members import finding
from members.api.serializers import PurchaseInput
from members.selling import Payment, Sale, SaleLine


class StoreNotAllowed(Refusal):
    code = "store-not-allowed"
    status = 403
    title = _("This client may only act for its own store.")


def read_sale(request: ClientRequest, *, at: datetime, book: Rulebook) -> Sale:
    """Return the sale that a request tells.

    Refused: what PurchaseInput refuses, a store that is not the client's (StoreNotAllowed),
    and who cannot be found (finding.MemberNotFound, finding.CardBlocked).
    """
    asked = PurchaseInput(data=request.data, context={"currency": book.currency})
    asked.is_valid(raise_exception=True)
    told: dict[str, Any] = asked.validated_data
    buyer = told.pop("member")
    with _inside("/member"):
        member = finding.get_member(**buyer) if buyer else None
    return Sale(
        occurred_at=told.pop("occurred_at", at),
        store=choose_store(request.client, told.pop("store", None)),
        member=member,
        till=told.pop("till", request.client.public_id),
        lines=[SaleLine(**line) for line in told.pop("lines", ())],
        payments=[Payment(**payment) for payment in told.pop("payments", ())],
        **told,
    )


def choose_store(client: Client, code: str | None) -> Store | None:
    """Return the store a client acts for: its own, or the one it names if it has none.

    To a client with a store, others look alike whether they exist or not.
    """
    if client.store is not None:
        if code not in {None, client.store.code}:
            raise StoreNotAllowed
        return client.store
    if code is None:
        return None
    store = Store.objects.filter(code=code).first()
    if store is None:
        detail = _("There is no such store.")
        raise ValidationFailed(errors=[FieldRefusal("/store", "unknown-store", detail)])
    return store


@contextmanager
def _inside(pointer: str) -> Iterator[None]:
    """Say where in the body an identifier stands that cannot be read."""
    try:
        yield
    except ValidationFailed as refusal:
        moved = [replace(error, pointer=pointer + error.pointer) for error in refusal.errors]
        raise ValidationFailed(errors=moved) from refusal
