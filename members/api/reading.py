"""From what a till sent to what a capability is told."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.clients import capping
from loyalty.clients.authentication import ScopeMissing
from loyalty.clients.calling import ClientRequest
from loyalty.clients.models import Client, Scope
from loyalty.core import keys
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members import finding, owning, proving, receipts, referring, selling, tendering
from members.api.serializers import PurchaseInput, ReturnInput
from members.models import Member, Purchase
from members.receipts import NotKnownYet
from members.returning import Brought
from members.selling import Sale, SaleLine
from members.tendering import Tender

_NAMED_INSIDE = "-"


class StoreNotAllowed(Refusal):
    code = "store-not-allowed"
    status = 403
    title = _("This client may only act for its own store.")


class MemberNotKnownYet(NotKnownYet):
    """As NotKnownYet. Whoever asks too often is guessing, however they ask."""

    is_miss = True


def read_sale(
    request: ClientRequest, *, at: datetime, book: Rulebook, takes_code: bool = True
) -> Sale:
    """Return the sale that a request tells; a preview leaves the member's code untaken.

    Refused: what PurchaseInput refuses, a store that is not the client's (StoreNotAllowed), who
    cannot be found (finding.MemberNotFound, finding.CardBlocked) or, told offline, has not arrived
    yet (MemberNotKnownYet), payments by a client that may not spend (ScopeMissing), and what
    `tendering.read` refuses of them.
    """
    asked = PurchaseInput(data=request.data, context={"currency": book.currency})
    asked.is_valid(raise_exception=True)
    told: dict[str, Any] = asked.validated_data
    buyer = told.pop("member")
    occurred_at = told.pop("occurred_at", at)
    member = None
    if buyer and request.is_one_of_many:
        member = _find_sooner_or_later(request.client, buyer, occurred_at=occurred_at, at=at)
    elif buyer:
        member = _find_customer(request.client, buyer, at=at, takes_code=takes_code)
    check_not_own(request, member)
    tenders = [Tender(**payment) for payment in told.pop("payments", ())]
    _check_spends(request.client, tenders)
    return Sale(
        occurred_at=occurred_at,
        store=choose_store(request.client, told.pop("store", None)),
        member=member,
        payments=tendering.read(
            tenders=tenders,
            total_cents=told["total_cents"],
            member=member,
            store=request.client.store,
            occurred_at=occurred_at,
        ),
        room=_room_for(request.client, tenders, at=at),
        till=_till_of(request, told.pop("till", "")),
        lines=[SaleLine(**line) for line in told.pop("lines", ())],
        **told,
    )


def read_return(request: ClientRequest, *, sale: str, at: datetime, book: Rulebook) -> Brought:
    """Return what a request brings back of a sale, named by its address or inside where that is -.

    Refused: what ReturnInput refuses, StoreNotAllowed, and a sale that cannot be found: by its
    id for good (NotFound), by what its till called it for now (receipts.NotKnownYet).
    """
    asked = ReturnInput(data=request.data, context={"currency": book.currency})
    asked.is_valid(raise_exception=True)
    told: dict[str, Any] = asked.validated_data
    named = told.pop("sale", None)
    if (sale == _NAMED_INSIDE) != (named is not None):
        detail = _("The sale is named once: in the address, or here where the address says -.")
        raise ValidationFailed(errors=[FieldRefusal("/sale", "one-identifier", detail)])
    store = choose_store(request.client, told.pop("store", None))
    if store is not None and store.is_training:
        raise StoreNotAllowed
    return Brought(
        purchase=_find_sale(request.client, named) if named else receipts.get_sale(public_id=sale),
        occurred_at=told.pop("occurred_at", at),
        quantities=told.pop("lines", {}),
        store=store,
        till=_till_of(request, told.pop("till", "")),
        **told,
    )


def check_not_own(request: ClientRequest, member: Member | None) -> None:
    """Refuse whoever stands at a web till and serves their own card: OwnCard."""
    if request.shift and member:
        owning.check_not_own(member=member, user=request.shift.user)


def check_not_own_code(request: ClientRequest, code: str) -> None:
    """Refuse whoever stands at a web till and brings customers with their own code: OwnCard.

    Raises referring.ReferralRefused for a code that nobody can join with.
    """
    if request.shift and code:
        check_not_own(request, referring.get_referrer(code=code))


def _till_of(request: ClientRequest, named: str) -> str:
    """Return which till it is: a web till is its shift, whatever it says."""
    if request.shift:
        return f"web-{request.shift.pk}"
    return named or request.client.public_id


def _find_sale(client: Client, named: Mapping[str, Any]) -> Purchase:
    if "key" in named:
        key = keys.digest(scope=client.public_id, key=named["key"])
        return receipts.get_sale_by_key(key=key)
    with _inside("/sale"):
        store = choose_store(client, named.get("store"))
    return receipts.get_sale_by_receipt(
        receipt=named["receipt"],
        till=named.get("till", client.public_id),
        business_on=named["business_on"],
        store=store,
    )


def _find_customer(
    client: Client, buyer: Mapping[str, Any], *, at: datetime, takes_code: bool = True
) -> Member:
    if "key" not in buyer:
        return find_buyer(buyer, at=at, takes_code=takes_code)
    member = finding.get_enrolled(key=keys.digest(scope=client.public_id, key=buyer["key"]))
    if member is None:
        raise MemberNotKnownYet
    return member


def _find_sooner_or_later(
    client: Client, buyer: Mapping[str, Any], *, occurred_at: datetime, at: datetime
) -> Member:
    """Wait for whoever is not known, as long as the sale could still be told."""
    try:
        return _find_customer(client, buyer, at=at)
    except (finding.MemberNotFound, MemberNotKnownYet):
        selling.check_moment(occurred_at=occurred_at, at=at)
        raise MemberNotKnownYet from None


def find_buyer(buyer: Mapping[str, Any], *, at: datetime, takes_code: bool = True) -> Member:
    """Return who a body's `member` names, by one identifier or their id.

    Raises finding.MemberNotFound, finding.CardBlocked, or ValidationFailed.
    """
    with _inside("/member"):
        return finding.get_member(**buyer, at=at, takes_code=takes_code)


def find_spender(
    request: ClientRequest, buyer: Mapping[str, Any], *, proof: str, at: datetime
) -> Member:
    """Return who a body's `member` names, there to spend as the programme asks.

    The code that changes on their phone proves it by itself, and is taken; so does what a look-up
    of it told. Raises as `find_buyer`, proving.SpendProofRequired, and owning.OwnCard.
    """
    if member := finding.get_present(code=buyer.get("code"), at=at):
        check_not_own(request, member)
        return member
    member = find_buyer(buyer, at=at)
    check_not_own(request, member)
    if proving.is_asked(book=request.book):
        proving.check(member=member, client=request.client.public_id, proof=proof, at=at)
    return member


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


def _check_spends(client: Client, tenders: Sequence[Tender]) -> None:
    """Refuse payments with points or vouchers by whoever could not spend them otherwise."""
    takes_points = any(tender.hold or tender.offline for tender in tenders)
    spends = {Scope.POINTS_SPEND} if takes_points else set()
    if spends or any(tender.voucher for tender in tenders):
        check_sells(client)
        if not (spends or {Scope.POINTS_SPEND, Scope.REWARDS_WRITE}) & set(client.scopes):
            raise ScopeMissing(scopes=[str(Scope.POINTS_SPEND)])


def _room_for(client: Client, tenders: Sequence[Tender], *, at: datetime) -> int | None:
    """Return how many points let go the client may have taken; asked where there are any."""
    lets_go = any(tender.offline for tender in tenders)
    return capping.room(client=client, at=at) if lets_go else None


def check_sells(client: Client) -> None:
    """Refuse a till of a training store what is real: rewards and vouchers (StoreNotAllowed)."""
    if client.store is not None and client.store.is_training:
        raise StoreNotAllowed


@contextmanager
def _inside(pointer: str) -> Iterator[None]:
    """Say where in the body an identifier stands that cannot be read."""
    try:
        yield
    except ValidationFailed as refusal:
        moved = [replace(error, pointer=pointer + error.pointer) for error in refusal.errors]
        raise ValidationFailed(errors=moved) from refusal
