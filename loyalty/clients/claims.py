"""The claim of an Idempotency-Key: the row that makes one request act once, for ever.

Its SQL is written by hand: it runs with every purchase, and the claim must be one statement.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from loyalty.clients.models import Client
from loyalty.core import engines
from loyalty.core.refusals import KeyReused, Refusal


class InFlight(Refusal):
    code = "idempotency-in-flight"
    status = 409
    is_retryable = True
    title = _("The first request with this key is still running. Send it again in a second.")


@dataclass(frozen=True)
class Call:
    """One request as its key sees it: whose, under which key, asking what."""

    client: Client
    key: str
    operation: str
    fingerprint: str


@dataclass(frozen=True)
class Given:
    """What was answered. `body` is None once it is no longer kept; `subject` then names it."""

    status: int
    body: str | None
    headers: Mapping[str, str]
    subject: str


def fingerprint(*, method: str, operation: str, values: Mapping[str, Any], body: Any) -> str:
    """Return what two requests share only if they ask for the same thing."""
    asked = [method, operation, values, body]
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def get_given(*, call: Call) -> Given | None:
    """Return what this client was answered under this key; None when it was not. One statement.

    Refused with KeyReused when it asked for something else.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, [call.client.pk, call.key])
        row = cursor.fetchone()
    if row is None:
        return None
    status, body, headers, subject, first_asked = row
    if first_asked != call.fingerprint:
        raise KeyReused
    # Drivers differ: JSON comes as text or as what it says.
    known = json.loads(headers) if isinstance(headers, str) else headers
    return Given(status, body, known, subject)


def claim(*, call: Call, at: datetime) -> int | None:
    """Write the claim of a key in this transaction and return its id. One statement.

    None: it has been answered since it was looked up. Refused with InFlight, without
    waiting, when another transaction holds the key (PostgreSQL; on SQLite that one is over).
    """
    moment = connection.ops.adapt_datetimefield_value(at)
    values: list[Any] = [call.client.pk, call.key, call.operation, call.fingerprint, moment]
    with connection.cursor() as cursor:
        if not engines.can_try_locks():
            cursor.execute(_CLAIM, values)
            is_free, pk = True, (cursor.fetchone() or [None])[0]
        else:
            cursor.execute(_CLAIM_UNLESS_RUNNING, [_lock_number(call), *values])
            is_free, pk = cursor.fetchone()
    if not is_free:
        raise InFlight(headers={"Retry-After": "1"})
    return pk if pk is None else int(pk)


def settle(*, pk: int, given: Given) -> None:
    """Write under a claim, in its transaction, what is answered. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE, [given.status, given.body, json.dumps(given.headers), given.subject, pk]
        )


def is_running(*, client: Client, key: str) -> bool:
    """Say whether a request with this key runs right now. It takes no lock itself."""
    if not engines.can_try_locks():
        return False
    number = _lock_number_of(client_id=client.pk, key=key)
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, [number, number])
        return bool(cursor.fetchone()[0])


def _lock_number(call: Call) -> int:
    return _lock_number_of(client_id=call.client.pk, key=call.key)


def _lock_number_of(*, client_id: int, key: str) -> int:
    """Return 64 bits of the key's hash: two keys that shared them would only wait a second."""
    hashed = hashlib.sha256(f"answer\0{client_id}\0{key}".encode()).digest()
    return int.from_bytes(hashed[:8], "big", signed=True)


_LOOK_UP = """
    SELECT status, body, headers, subject, fingerprint
      FROM clients_answer WHERE client_id = %s AND key = %s AND status IS NOT NULL
"""
_CLAIM = """
    INSERT INTO clients_answer
           (client_id, key, operation, fingerprint, answered_at, headers, subject)
    VALUES (%s, %s, %s, %s, %s, '{}', '')
        ON CONFLICT (client_id, key) DO NOTHING
    RETURNING id
"""
# The lock first: whoever inserts the same key would otherwise wait for the other to commit.
_CLAIM_UNLESS_RUNNING = """
    WITH gate AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(%s) AS is_free),
         claimed AS (
            INSERT INTO clients_answer
                   (client_id, key, operation, fingerprint, answered_at, headers, subject)
            SELECT %s::bigint, %s, %s, %s, %s::timestamptz, '{}'::jsonb, ''
              FROM gate WHERE is_free
                ON CONFLICT (client_id, key) DO NOTHING
            RETURNING id
         )
    SELECT gate.is_free, (SELECT id FROM claimed) FROM gate
"""
_SETTLE = """
    UPDATE clients_answer SET status = %s, body = %s, headers = %s, subject = %s WHERE id = %s
"""
_RUNNING = """
    SELECT EXISTS (
        SELECT 1 FROM pg_locks
         WHERE locktype = 'advisory' AND objsubid = 1 AND granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND classid = ((%s::bigint >> 32) & 4294967295)::oid
           AND objid = (%s::bigint & 4294967295)::oid
    )
"""
