"""What two people change of a member at the same moment: the history tells both, in order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, transaction

from loyalty.programmes.models import Programme
from members import blocking, carding, closing, correcting, enrolling
from members.models import Card, Member
from tests.conftest import NOON
from tests.racing import wait_for_waiters

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

ACTS: dict[str, Callable[[Member], object]] = {
    "block": lambda ada: blocking.block(member=ada, at=NOON, actor="user:1"),
    "export": lambda ada: blocking.note_export(member=ada),
    "block the card": lambda ada: blocking.block_card(
        card=Card.objects.get(member=ada), at=NOON, actor="user:1"
    ),
    "replace the card": lambda ada: carding.replace(
        card=Card.objects.get(member=ada), at=NOON, key="r", actor="user:1"
    ),
    "close": lambda ada: closing.close(member=ada, key="c", at=NOON),
}


def move(member: Member, address: str, *, while_doing: Callable[[Member], object]) -> None:
    """Change an address in a transaction that ends when somebody else waits for it."""

    def act() -> None:
        try:
            while_doing(member)
        finally:
            connection.close()

    changed = replace(correcting.identity_of(member), email=address)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            correcting.correct(member=member, identity=changed, at=NOON, actor="user:2")
            other = threads.submit(act)
            wait_for_waiters(1)
        other.result()


def test_what_is_done_while_an_address_changes_keeps_the_new_address_in_the_history(
    programme: Programme,
):
    last: dict[str, list[str]] = {}
    for number, (name, act) in enumerate(ACTS.items()):
        ada = enrolling.enrol(at=NOON, email=f"ada{number}@example.org")
        move(ada, f"ada{number}@elsewhere.example", while_doing=act)
        told = Member.history.filter(id=ada.pk).order_by("history_id")
        last[name] = [email.partition("@")[2] for email in told.values_list("email", flat=True)]

    there = ["example.org", "elsewhere.example", "elsewhere.example"]
    assert last == dict.fromkeys(ACTS, there)
