"""A wallet begins to count inactivity, and ceases to; its accounts follow."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.ledger import balances, posting
from loyalty.ledger.models import Account
from loyalty.ledger.planning import NEVER, Grant
from loyalty.programmes import books, clocking, revising
from loyalty.programmes.models import WalletPolicy

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 10, 11, tzinfo=UTC)
SOON = NOON + timedelta(hours=1)


def a_year_from(year: int, month: int, day: int) -> datetime:
    """The end of a day in Paris, in winter."""
    return datetime(year + 1, month, day, 23, tzinfo=UTC)


def switch(months: int | None, *, at: datetime = NOON) -> WalletPolicy:
    policy = WalletPolicy.objects.get()
    had, policy.idle_months = policy.idle_months, months
    clocking.note_switch(policy=policy, had_months=had, at=at)
    policy.save()
    revising.touch()
    return policy


def fill(*points: int) -> list[Account]:
    """Open an account for each of some numbers of points, which never expire."""
    accounts = []
    for count in points:
        account = posting.lock(posting.open_holder(at=NOON))["points"]
        if count:
            posting.earn(
                account=account, grants=[Grant("points", count, NOON, NEVER)], reference="a",
                key="a", at=NOON,
            )  # fmt: skip
        accounts.append(account)
    return accounts


def clocks(accounts: list[Account]) -> list[datetime | None]:
    found = Account.objects.in_bulk([account.pk for account in accounts])
    return [found[account.pk].inactive_at for account in accounts]


@pytest.fixture(autouse=True)
def _points_that_stay(programme) -> None:
    WalletPolicy.objects.update(expiry_kind="NEVER", expiry_count=None)
    revising.touch()


class TestASwitchOn:
    def test_is_kept_with_its_moment(self):
        policy = switch(12)

        assert (policy.idle_since, policy.switched_at) == (NOON, NOON)
        terms = books.get_book().wallet("points").inactivity
        assert terms is not None
        assert (terms.months, terms.since) == (12, NOON)
        assert terms.activities == {"PURCHASE", "SPENDING"}

    def test_gives_everybody_with_points_all_the_months(self):
        accounts = fill(5, 6, 0, 7)
        switch(12)

        assert clocking.keep_up(at=SOON, limit=2) == 2

        end = a_year_from(2026, 3, 10)
        assert clocks(accounts) == [end, end, None, end]
        assert balances.get_totals(at=end - timedelta(days=1)).expired == 0
        assert balances.get_totals(at=end).expired == 18
        assert WalletPolicy.objects.get().switched_at is None

    def test_is_followed_once(self):
        fill(5)
        switch(12)
        clocking.keep_up(at=SOON)

        with CaptureQueriesContext(connection) as seen:
            assert clocking.keep_up(at=SOON) == 0

        assert len(seen) == 1

    def test_waits_for_those_who_began_to_book_before_it(self):
        accounts = fill(5)
        switch(12)

        assert clocking.keep_up(at=NOON + timedelta(minutes=4)) == 0
        assert clocks(accounts) == [None]

    def test_that_is_stopped_goes_on(self):
        accounts = fill(5, 6, 7)
        policy = switch(12)
        end = a_year_from(2026, 3, 10)
        posting.start_clocks(wallet=policy.wallet.code, until=end, at=SOON, limit=1)

        assert clocking.keep_up(at=SOON + timedelta(days=2), limit=1) == 2

        assert clocks(accounts) == [end] * 3

    def test_that_is_followed_years_late_takes_nothing_at_once(self):
        accounts = fill(5)
        switch(12)

        clocking.keep_up(at=NOON + timedelta(days=731))

        assert clocks(accounts) == [a_year_from(2028, 3, 10)]


class TestASwitchOff:
    def test_lets_nobody_lose_points_by_it_any_more(self):
        accounts = fill(5, 6)
        switch(12)
        clocking.keep_up(at=SOON)
        later = NOON + timedelta(days=100)

        policy = switch(None, at=later)
        clocking.keep_up(at=later + timedelta(hours=1))

        assert clocks(accounts) == [None, None]
        assert (policy.idle_since, books.get_book().wallet("points").inactivity) == (None, None)

    def test_brings_nothing_back_that_was_lost(self):
        (account,) = fill(5)
        switch(12)
        clocking.keep_up(at=SOON)
        too_late = a_year_from(2026, 3, 10)

        switch(None, at=too_late)
        clocking.keep_up(at=too_late + timedelta(hours=1))

        account.refresh_from_db()
        assert balances.get_balance(account=account, at=too_late).available == 0

    def test_and_on_again_gives_all_the_months_again(self):
        accounts = fill(5)
        switch(12)
        clocking.keep_up(at=SOON)
        later = NOON + timedelta(days=100)

        switch(None, at=later)
        switch(12, at=later + timedelta(minutes=1))
        clocking.keep_up(at=later + timedelta(hours=1))

        assert clocks(accounts) == [datetime(2027, 6, 18, 22, tzinfo=UTC)]


class TestOtherMonths:
    @pytest.mark.parametrize("months", [3, 24])
    def test_change_no_moment_that_was_promised(self, months: int):
        accounts = fill(5)
        switch(12)
        clocking.keep_up(at=SOON)

        policy = switch(months, at=NOON + timedelta(days=100))
        clocking.keep_up(at=NOON + timedelta(days=101))

        assert clocks(accounts) == [a_year_from(2026, 3, 10)]
        assert (policy.idle_since, policy.switched_at) == (NOON, None)
