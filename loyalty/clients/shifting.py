"""Shifts at the web till: a key for whoever stands at it, that ends when they leave.

The web till is a client of its store like any other; its keys are made for one shift and
never shown. One that nobody renews ends by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.clients import issuing
from loyalty.clients.models import Client, Scope, Shift
from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from loyalty.programmes.models import Store

# How long a key lives after the last sign of life.
LASTS = timedelta(minutes=30)
_SCOPES = (
    Scope.MEMBERS_READ,
    Scope.MEMBERS_WRITE,
    Scope.PURCHASES_WRITE,
    Scope.POINTS_SPEND,
    Scope.REWARDS_WRITE,
    Scope.PROGRAMME_READ,
)


class StoreClosed(Refusal):
    code = "store-closed"
    title = _("This store is closed: its till does not open.")


class ShiftOver(Refusal):
    code = "shift-over"
    title = _("This shift is over. Open the till again.")


@dataclass(frozen=True)
class Opened:
    """A shift that has begun, and the secret of its key, which nobody can read again."""

    shift: Shift
    client: Client
    secret: str


@transaction.atomic
def start(*, user: User, store: Store, at: datetime) -> Opened:
    """Begin a shift at the web till of a store; an earlier one of the same person ends.

    Refused with StoreClosed.
    """
    if not store.is_active:
        raise StoreClosed
    # Whoever opens two windows at once waits here for the other.
    User.objects.select_for_update().get(pk=user.pk)
    end(user=user, at=at)
    client = _get_till(store, at)
    key, secret = issuing.issue_key(client=client, at=at, expires_at=at + LASTS)
    return Opened(Shift.objects.create(user=user, key=key, opened_at=at), client, secret)


@transaction.atomic
def renew(*, user: User, shift: int, stores: Collection[int], at: datetime) -> datetime:
    """Let the key of an open shift live on and return until when.

    Refused with ShiftOver, also where the store is none of those, by key, that are open to them.
    """
    current = Shift.objects.select_related("key__client").filter(
        pk=shift, user=user, closed_at=None
    )
    found = current.select_for_update(of=("self",)).first()
    if found is None or found.key.revoked or found.key.client.store_id not in stores:
        raise ShiftOver
    until = at + LASTS
    found.key.expiry_date = until
    found.key.save(update_fields=["expiry_date"])
    return until


@transaction.atomic
def end(*, user: User, at: datetime) -> None:
    """End whatever shift somebody has open; its key is refused from now on."""
    for shift in Shift.objects.select_related("key").filter(user=user, closed_at=None):
        issuing.revoke(key=shift.key)
        shift.closed_at = at
        shift.save(update_fields=["closed_at"])


def _get_till(store: Store, at: datetime) -> Client:
    """Return the store's web till; the first shift there makes it."""
    # Locked, so that two first shifts make one till.
    Store.objects.select_for_update().get(pk=store.pk)
    if till := Client.objects.filter(store=store, is_web_till=True).first():
        return till
    till = issuing.create_client(
        name=f"Web till {store.name}"[:80], scopes=_SCOPES, store=store, at=at
    )
    till.is_web_till = True
    till.save(update_fields=["is_web_till"])
    return till
