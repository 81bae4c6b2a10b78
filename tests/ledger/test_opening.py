from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from loyalty.ledger import posting
from loyalty.ledger.models import Account
from tests.conftest import NOON


def wallets_of(holder_id: int) -> list[str]:
    accounts = Account.objects.filter(holder=holder_id).order_by("id")
    return list(accounts.values_list("wallet__code", flat=True))


@pytest.mark.django_db(transaction=True)
class TestLock:
    def test_opens_an_account_in_a_wallet_that_came_later(self):
        with transaction.atomic():
            holder = posting.open_holder(at=NOON)

        with transaction.atomic():
            accounts = posting.lock(holder, wallets=["points", "stamps"])

        assert sorted(accounts) == ["points", "stamps"]
        assert wallets_of(holder.pk) == ["points", "stamps"]

    def test_opens_it_once_for_ten_at_the_same_moment(self):
        with transaction.atomic():
            holder = posting.open_holder(at=NOON)
        start = Barrier(10)

        def ask() -> None:
            start.wait()
            with transaction.atomic():
                posting.lock(holder, wallets=["stamps"])
            connection.close()

        threads = [Thread(target=ask) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert wallets_of(holder.pk) == ["points", "stamps"]
