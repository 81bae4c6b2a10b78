"""Endpoints: registered with a secret that is shown once, rotated, switched off and on."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.programmes.models import Store
from loyalty.webhooks import addresses, announcing, delivering, signing
from loyalty.webhooks.calling import Outcome
from loyalty.webhooks.models import PATIENCE, Endpoint, OffReason

OVERLAP = timedelta(hours=24)
_GONE = 410


class EventNotOffered(Refusal):
    code = "webhook-event-not-offered"
    title = _("A webhook can only hear of events that are offered.")


class EventOfNoStore(Refusal):
    """An endpoint of one store hears of what says in which store it came about."""

    code = "webhook-event-of-no-store"
    title = _("A store’s webhook hears of purchases and returns alone: nothing else has a store.")


def register(
    *, name: str, url: str, events: Iterable[str], store: Store | None, at: datetime
) -> tuple[Endpoint, str]:
    """Return a new endpoint and its secret, which nobody can read again.

    Raises DestinationRefused, EventNotOffered or EventOfNoStore.
    """
    chosen = sorted(set(events))
    check(url=url, events=chosen, store=store)
    secret = signing.make_secret()
    endpoint = Endpoint.objects.create(
        public_id=ids.new("whk"), name=name, url=url, events=chosen, store=store,
        secret=signing.seal(secret), created_at=at,
    )  # fmt: skip
    return endpoint, secret


def check(*, url: str, events: Iterable[str], store: Store | None) -> None:
    """Refuse where nothing may be sent, what is not offered, and what no store's is."""
    addresses.parse(url)
    for event in events:
        kind = announcing.EVENTS.get(event)
        if kind is None:
            raise EventNotOffered(event=event)
        if store is not None and not kind.has_store:
            raise EventOfNoStore(event=event)


@transaction.atomic
def rotate(*, endpoint: Endpoint, at: datetime) -> str:
    """Return a new secret. For 24 hours the one before signs too, and then no more."""
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    secret = signing.make_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, at + OVERLAP
    endpoint.secret = signing.seal(secret)
    endpoint._change_reason = "rotated"  # type: ignore[attr-defined]  # simple_history's
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return secret


@transaction.atomic
def change(*, endpoint: Endpoint) -> None:
    """Write down what staff changed. Off: what was owed is dropped. On: it begins afresh.

    Raises DestinationRefused, EventNotOffered or EventOfNoStore.
    """
    check(url=endpoint.url, events=endpoint.events, store=endpoint.store)
    if endpoint.is_active:
        endpoint.off_reason, endpoint.failing_since = "", None
    endpoint.save(
        update_fields=[
            *("name", "url", "events", "store", "is_active", "off_reason", "failing_since")
        ]
    )
    if not endpoint.is_active:
        delivering.drop(endpoint=endpoint)


def note(*, endpoint: Endpoint, outcome: Outcome, at: datetime) -> None:
    """Remember since when an endpoint fails; switch it off when it is gone, or after three days.

    One that works, as most do, costs no statement.
    """
    if outcome.trouble is None:
        if endpoint.failing_since is not None:
            endpoint.failing_since = None
            Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)
        return
    if endpoint.failing_since is None:
        endpoint.failing_since = at
        Endpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=at)
    if outcome.status == _GONE:
        _switch_off(endpoint, OffReason.GONE)
    elif at - endpoint.failing_since >= PATIENCE:
        _switch_off(endpoint, OffReason.FAILING)


@transaction.atomic
def _switch_off(endpoint: Endpoint, reason: OffReason) -> None:
    locked = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    if not locked.is_active:
        return
    locked.is_active, locked.off_reason = False, reason
    locked.save(update_fields=["is_active", "off_reason"])
    delivering.drop(endpoint=locked)
