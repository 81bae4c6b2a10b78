"""Tills go on selling while two workers count."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from analytics import facts
from analytics.models import MemberFact
from analytics.periods import day
from loyalty.events.models import Change
from members.models import Member
from tests.analytics.builders import NOW, Sold, make_members, make_programme, sell
from tests.analytics.test_facts import all_facts


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_nothing_is_missed_and_nothing_counted_twice() -> None:
    make_programme()
    members = list(make_members(list("abcd")).values())
    facts.refresh(at=NOW)
    sellers: list[Callable[[], None]] = [lambda m=member: sell_twenty(m) for member in members]
    counters: list[Callable[[], None]] = [count_ten_times] * 2

    with ThreadPoolExecutor(len(members) + 2) as pool:
        for running in [pool.submit(alone, task) for task in (*sellers, *counters)]:
            running.result()
    facts.refresh(at=NOW)

    assert Change.objects.exists() is False
    assert [fact.receipts for fact in MemberFact.objects.all()] == [20, 20, 20, 20]
    counted = all_facts()
    facts.rebuild(at=NOW)
    assert counted == all_facts()


def sell_twenty(member: Member) -> None:
    for place in range(20):
        with transaction.atomic():
            sell([Sold(member, day("2026-01-25") + timedelta(place % 12), 100)])


def count_ten_times() -> None:
    for _ in range(10):
        facts.refresh(at=NOW, changes_at_once=3)


def alone(task: Callable[[], None]) -> None:
    """Run in a thread with a connection of its own."""
    try:
        task()
    finally:
        connection.close()
