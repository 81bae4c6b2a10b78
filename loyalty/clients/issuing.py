"""Clients and their keys: made, shown once, rotated with overlap, revoked at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.clients.models import Client, ClientKey, Scope
from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.programmes.models import Store

OVERLAP = timedelta(hours=24)


class UnknownScope(Refusal):
    code = "unknown-scope"
    title = _("A client cannot be given a scope that does not exist.")


def create_client(
    *, name: str, scopes: Iterable[str], store: Store | None, at: datetime
) -> Client:
    """Make a client that may act for one store, or for every store when none is given.

    Refused with UnknownScope. It has no key yet.
    """
    wanted = sorted({str(scope) for scope in scopes})
    if unknown := [scope for scope in wanted if scope not in Scope.values]:
        raise UnknownScope(scopes=unknown)
    return Client.objects.create(
        public_id=ids.new("cli"), name=name, store=store, scopes=wanted, created_at=at
    )


def issue_key(
    *, client: Client, at: datetime, expires_at: datetime | None = None
) -> tuple[ClientKey, str]:
    """Return a new key and its secret, which nobody can read again. Earlier keys stay good."""
    key = ClientKey(
        client=client, name=f"{client.name[:30]} {at:%Y-%m-%d}", expiry_date=expires_at
    )
    secret = ClientKey.objects.assign_key(key)
    key.save(force_insert=True)
    return key, secret


@transaction.atomic
def rotate(*, client: Client, at: datetime, overlap: timedelta = OVERLAP) -> tuple[ClientKey, str]:
    """Return a new key and its secret; the client's other keys end after the overlap.

    What the client did under an Idempotency-Key stays done: keys of effects are the client's.
    """
    ends_at = at + overlap
    ending = client.keys.filter(revoked=False)
    ending.filter(expiry_date=None).update(expiry_date=ends_at)
    ending.filter(expiry_date__gt=ends_at).update(expiry_date=ends_at)
    return issue_key(client=client, at=at)


def revoke(*, key: ClientKey) -> None:
    """End a key at once, for ever. Doing it again changes nothing."""
    key.revoked = True
    key.save(update_fields=["revoked"])


@transaction.atomic
def switch_off(*, client: Client) -> None:
    """Refuse every key of a client from now on, and the keys it would still be given."""
    client.is_active = False
    client.save(update_fields=["is_active"])
