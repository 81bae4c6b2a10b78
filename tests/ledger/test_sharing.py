"""Several share one account: each takes along what is theirs, and answers for what they used."""

import pytest

from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry
from tests.conftest import NOON
from tests.ledger.doing import book_of, claw_back, days, earn, read, redeem, stands

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound_books():
    yield
    assert verifying.verify().first_fault is None


@pytest.fixture
def home(accounts) -> tuple[Account, Account, Account]:
    """Ada's own account, Bob's, and the one that both share."""
    ada, bob, shared = accounts(3)
    for number, own in enumerate((ada, bob)):
        posting.merge(source=own, target=shared, key=f"join-{number}", at=NOON)
    return ada, bob, shared


def leave(own: Account, *, whose: str = "", is_empty: bool = False, at=NOON) -> None:
    posting.unmerge(account=own, key=f"leave-{own.pk}", at=at, earned_by=whose, is_empty=is_empty)


class TestLock:
    """A holder's lock gives the account that they earn and spend in."""

    def test_gives_the_shared_account_of_who_shares_one(self, home):
        ada, bob, shared = home

        found = posting.lock_many([ada.holder_id, bob.holder_id])

        assert found[ada.holder_id]["points"].pk == shared.pk
        assert found[bob.holder_id]["points"].pk == shared.pk
        assert posting.lock(ada.holder_id)["points"].pk == shared.pk

    def test_gives_their_own_where_that_is_asked(self, home):
        ada, _bob, _shared = home

        assert posting.lock_own([ada.holder_id])[ada.holder_id]["points"].pk == ada.pk

    def test_gives_the_last_one_of_a_row(self, home, accounts):
        ada, _bob, shared = home
        (heir,) = accounts(1)
        posting.merge(source=shared, target=heir, key="end", at=NOON)

        assert posting.lock(ada.holder_id)["points"].pk == heir.pk

    def test_asks_once_for_who_shares_none(self, accounts, django_assert_num_queries):
        (own,) = accounts(1)

        with django_assert_num_queries(1):
            posting.lock(own.holder_id)


class TestUnmerge:
    """Leaving takes what is left of the lots of one's own entries, or nothing."""

    def test_takes_what_was_brought_and_what_was_earned_since(self, accounts):
        ada, shared = accounts(2)
        earn(ada, 30, "a", until=NOON + days(5))
        earn(shared, 70, "b", on_behalf_of="mem_bob")
        posting.merge(source=ada, target=shared, key="join", at=NOON)
        earn(shared, 20, "c", on_behalf_of="mem_ada", until=NOON + days(9))
        redeem(shared, 10, "spent")

        leave(ada, whose="mem_ada")

        assert stands(ada)["available"] == 40
        assert stands(shared)["available"] == 70
        ends = ada.lots.filter(remaining__gt=0).values_list("remaining", "expires_at")
        assert sorted(ends) == [(20, NOON + days(5)), (20, NOON + days(9))]

    def test_takes_nothing_where_that_is_the_rule(self, home):
        ada, _bob, shared = home
        earn(shared, 20, "a", on_behalf_of="mem_ada")

        leave(ada, whose="mem_ada", is_empty=True)

        assert stands(ada) == {}
        assert stands(shared) == {"issued": 20, "available": 20}
        assert read(ada).merged_into_id is None


class TestClawback:
    """Whoever earned it pays first, up to what they took along; then whoever used the rest."""

    @pytest.fixture
    def sale(self, home) -> Entry:
        """A hundred points of Ada's, of which the household spends forty."""
        _ada, _bob, shared = home
        entry = earn(shared, 100, "sale", on_behalf_of="mem_ada", until=NOON + days(30))
        redeem(shared, 40, "spent", on_behalf_of="mem_bob")
        return entry

    def take_back(self, sale: Entry, points: int, own: Account, key: str = "r", **more) -> Entry:
        return claw_back(sale, points, key, earned_by=own.pk, **more)

    def test_asks_nothing_of_the_others_while_what_was_taken_along_is_enough(self, home, sale):
        ada, _bob, shared = home
        leave(ada, whose="mem_ada")
        earn(shared, 500, "of-bob", on_behalf_of="mem_bob")

        self.take_back(sale, 50, ada)

        assert stands(ada)["available"] == 10
        assert stands(shared)["available"] == 500
        assert stands(shared).get("debt", 0) == 0

    def test_asks_the_household_for_what_it_had_used(self, home, sale):
        ada, _bob, shared = home
        leave(ada, whose="mem_ada")
        earn(shared, 500, "of-bob", on_behalf_of="mem_bob")

        self.take_back(sale, 100, ada)

        assert stands(ada).get("available", 0) == stands(ada).get("debt", 0) == 0
        assert stands(shared)["available"] == 460

    def test_asks_who_took_them_along_for_what_they_spent_since(self, home, sale):
        ada, _bob, shared = home
        leave(ada, whose="mem_ada")
        redeem(ada, 60, "alone")
        earn(shared, 500, "of-bob", on_behalf_of="mem_bob")

        self.take_back(sale, 100, ada)

        assert stands(ada)["debt"] == 60
        assert stands(shared)["available"] == 460

    def test_asks_each_once_however_many_parts_it_comes_in(self, home, sale):
        ada, _bob, shared = home
        leave(ada, whose="mem_ada")
        redeem(ada, 60, "alone")
        earn(shared, 500, "of-bob", on_behalf_of="mem_bob")

        for number, points in enumerate((33, 33, 34)):
            self.take_back(sale, points, ada, key=f"r{number}")

        assert stands(ada)["debt"] == 60
        assert stands(shared)["available"] == 460
        with pytest.raises(posting.ClawbackExceedsEarned):
            self.take_back(sale, 1, ada, key="more")

    def test_asks_the_household_alone_where_nothing_was_taken_along(self, home, sale):
        ada, _bob, shared = home
        leave(ada, is_empty=True)
        earn(ada, 80, "later")

        self.take_back(sale, 100, ada)

        assert stands(ada)["available"] == 80
        assert stands(shared)["debt"] == 40

    def test_asks_the_household_for_what_was_brought_and_stayed(self, accounts):
        ada, shared = accounts(2)
        brought = earn(ada, 100, "before")
        posting.merge(source=ada, target=shared, key="join", at=NOON)
        redeem(shared, 70, "spent")
        leave(ada, is_empty=True)
        earn(ada, 80, "later")

        self.take_back(brought, 100, ada)

        assert stands(ada)["available"] == 80
        assert stands(shared)["debt"] == 70

    def test_asks_each_for_their_part_of_what_was_brought(self, accounts):
        ada, shared = accounts(2)
        brought = earn(ada, 100, "before")
        posting.merge(source=ada, target=shared, key="join", at=NOON)
        redeem(shared, 70, "spent")
        earn(shared, 200, "of-bob", on_behalf_of="mem_bob")
        leave(ada, whose="mem_ada")

        self.take_back(brought, 100, ada)

        assert stands(ada).get("available", 0) == stands(ada).get("debt", 0) == 0
        assert stands(shared)["available"] == 130

    def test_forgives_what_expired_where_it_went(self, home, sale):
        ada, _bob, shared = home
        leave(ada, whose="mem_ada")

        self.take_back(sale, 100, ada, at=NOON + days(31))

        assert stands(ada).get("debt", 0) == 0
        assert stands(ada)["expired"] == 60
        assert stands(shared)["debt"] == 40

    def test_forgives_first_as_anywhere_and_asks_next(self, home, sale):
        ada, _bob, shared = home
        leave(ada, whose="mem_ada")

        first = self.take_back(sale, 60, ada, at=NOON + days(31))

        assert first.forgiven == 60
        assert stands(shared).get("debt", 0) == 0

    def test_waives_what_who_took_them_may_not_owe(self, home, sale):
        ada, _bob, shared = home
        leave(ada, whose="mem_ada")
        redeem(ada, 50, "alone")
        earn(shared, 500, "of-bob", on_behalf_of="mem_bob")

        entry = self.take_back(sale, 100, ada, allow_debt=False)

        assert entry.waived == 50
        assert stands(ada).get("available", 0) == stands(ada).get("debt", 0) == 0
        assert stands(shared)["available"] == 460

    def test_takes_waiting_points_where_they_went(self, home):
        ada, _bob, shared = home
        sale = earn(shared, 100, "sale", on_behalf_of="mem_ada", since=NOON + days(14))
        leave(ada, whose="mem_ada")

        self.take_back(sale, 70, ada)

        assert stands(ada)["pending"] == 30
        assert stands(shared).get("debt", 0) == 0

    def test_waives_what_somebody_took_along_who_left_for_good(self, home, sale):
        ada, _bob, shared = home
        leave(ada, whose="mem_ada")
        posting.close(account=ada, key="bye", at=NOON, reason="closed", actor="usr_1")

        self.take_back(sale, 100, ada)

        assert stands(shared)["debt"] == 40

    def test_follows_them_into_another_household(self, home, sale, accounts):
        ada, _bob, shared = home
        (other,) = accounts(1)
        leave(ada, whose="mem_ada")
        posting.merge(source=ada, target=other, key="again", at=NOON)
        earn(other, 10, "of-cleo", on_behalf_of="mem_cleo")

        self.take_back(sale, 100, ada)

        assert stands(other)["available"] == 10
        assert stands(shared)["debt"] == 40

    def test_follows_what_was_brought_into_another_household(self, accounts):
        ada, shared, other = accounts(3)
        brought = earn(ada, 100, "before")
        posting.merge(source=ada, target=shared, key="join", at=NOON)
        redeem(shared, 70, "spent")
        earn(shared, 200, "of-bob", on_behalf_of="mem_bob")
        leave(ada, whose="mem_ada")
        posting.merge(source=ada, target=other, key="again", at=NOON)
        redeem(other, 30, "spent-again")

        self.take_back(brought, 100, ada)

        assert stands(shared)["available"] == 130
        assert stands(other)["debt"] == 30
        assert stands(ada).get("debt", 0) == 0

    def test_asks_who_was_last_in_place_of_a_household_that_ended(self, home, sale):
        ada, bob, shared = home
        leave(ada, whose="mem_ada")
        leave(bob, whose="mem_bob")
        earn(bob, 50, "later")
        posting.merge(source=shared, target=bob, key="end", at=NOON)

        self.take_back(sale, 100, ada)

        assert stands(ada).get("available", 0) == stands(ada).get("debt", 0) == 0
        assert stands(bob)["available"] == 10

    def test_changes_nothing_for_who_is_still_there(self, home, sale):
        ada, _bob, shared = home

        self.take_back(sale, 100, ada)

        assert stands(shared)["debt"] == 40
        assert book_of(shared)[-1] == ("CLAWBACK", -100)

    def test_is_done_once(self, home, sale):
        ada, _bob, _shared = home
        leave(ada, whose="mem_ada")

        first = self.take_back(sale, 50, ada)

        assert self.take_back(sale, 50, ada) == first
        assert stands(ada)["available"] == 10
