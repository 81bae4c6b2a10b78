"""Two workers who both find that nothing was ever counted."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from analytics import facts
from analytics.models import MemberFact, Refresh
from analytics.periods import day
from tests.analytics.builders import NOW, Sold, make_members, make_programme, sell
from tests.analytics.test_races import alone
from tests.racing import wait_for_waiters


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_everything_is_counted_by_one_of_them() -> None:
    make_programme()
    ada = make_members(["ada"])["ada"]
    with transaction.atomic():
        sell([Sold(ada, day("2026-01-25"), 100)])
    counted: list[int] = []

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Refresh.objects.create(pk=1)
            work = [
                pool.submit(alone, lambda: counted.append(facts.refresh(at=NOW))) for _ in "12"
            ]
            wait_for_waiters(2)
        for running in work:
            running.result()

    assert min(counted) == 0 < max(counted)
    assert MemberFact.objects.get().receipts == 1
