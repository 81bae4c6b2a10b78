"""Tills go on selling while two workers count, and pages are opened while others are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from analytics import facts, keeping
from analytics.keeping import Asked
from analytics.models import KeptFigure, MemberFact
from analytics.periods import Period, day, month_end, months_from
from loyalty.events.models import Change
from members.models import Member
from tests.analytics.builders import NOW, Sold, make_members, make_programme, sell
from tests.analytics.test_facts import all_facts
from tests.racing import wait_for_waiters


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


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_pages_that_keep_the_same_figures_in_other_orders_wait_for_one_another() -> None:
    make_programme()
    facts.refresh(at=NOW)
    months = [
        Period(first, month_end(first))
        for first in months_from(day("2026-01-01"), day("2026-03-01"))
    ]
    page = [Asked("purchase_frequency", month) for month in months]
    keeping.keep(asked=page, at=NOW)
    KeptFigure.objects.update(stamp="of an earlier release")

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            KeptFigure.objects.select_for_update().get(first_on=months[1].first)
            running = [
                pool.submit(alone, lambda asked=asked: keeping.keep(asked=asked, at=NOW))
                for asked in (page, page[::-1])
            ]
            wait_for_waiters(2)
        done = [one.result() for one in running]

    assert done == [3, 3]
    assert KeptFigure.objects.exclude(stamp="of an earlier release").count() == 3


def sell_twenty(member: Member) -> None:
    for place in range(20):
        with transaction.atomic():
            sell([Sold(member, day("2026-01-25") + timedelta(place % 12), 100)])


def count_ten_times() -> None:
    for _ in range(10):
        facts.refresh(at=NOW, changes_at_once=3)


def alone(task: Callable[[], Any]) -> Any:
    """Run in a thread with a connection of its own."""
    try:
        return task()
    finally:
        connection.close()
