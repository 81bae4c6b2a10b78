"""Asked twice, done once: keys, what a request said, and transactions that are run again."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

from loyalty.core import engines
from loyalty.core.refusals import ConcurrentUpdate, KeyReused, ValidationFailed
from loyalty.ledger.models import Entry
from loyalty.ledger.planning.drafts import Note
from loyalty.ledger.planning.sealing import digest

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")

_TRIES = 3
# Printable ASCII but the bar that separates what a hash covers.
_OPAQUE = re.compile(r"[ -{}~]*")
_LENGTHS = {"reference": 80, "key": 64, "actor": 60, "on_behalf_of": 60, "reason": 40}


class NotOpaque(ValidationFailed):
    """An id or a code in the ledger holds what it may not: too long, or not plain characters."""


def note(
    *asked: object,
    reference: str = "",
    key: str,
    actor: str = "",
    on_behalf_of: str = "",
    reason: str = "",
) -> Note:
    """Return what the entry will say of its cause, with the hash of what is asked.

    Moments are no part of it: a repeat comes later, and so does what is computed from its
    clock. Raises NotOpaque.
    """
    words = {
        "reference": reference,
        "key": key,
        "actor": actor,
        "on_behalf_of": on_behalf_of,
        "reason": reason,
    }
    for name, word in words.items():
        if len(word) > _LENGTHS[name] or not _OPAQUE.fullmatch(word):
            raise NotOpaque(name=name)
    if not key:
        raise NotOpaque(name="key")
    request_hash = digest([*asked, reference, actor, on_behalf_of, reason])
    return Note(request_hash=request_hash, **words)


def get_first(account_id: int, asked: Note) -> Entry | None:
    """Return the entry this key already made in this account. Raises KeyReused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, request_hash FROM ledger_entry WHERE account_id = %s AND key = %s",
            [account_id, asked.key],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    check_same(found[1], asked)
    return Entry.objects.get(pk=found[0])


def check_same(request_hash: str, asked: Note) -> None:
    """Raise KeyReused unless the first request with this key asked the same."""
    if request_hash != asked.request_hash:
        raise KeyReused


def retried(work: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """Run a whole transaction again when the database gave it up for another one.

    Goes outside `@transaction.atomic`. Three tries, then ConcurrentUpdate. Inside a
    transaction of the caller it runs once: only the outermost can be run again.
    """

    @wraps(work)
    def run(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        if connection.in_atomic_block:
            return work(*args, **kwargs)
        for _attempt in range(_TRIES):
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if not engines.is_conflict(error):
                    raise
        raise ConcurrentUpdate

    return run
