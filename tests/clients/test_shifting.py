"""A shift at the web till: its key is good while somebody works, and no longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

import pytest
from django.contrib.auth.models import Group, Permission

from loyalty.clients import authentication, shifting
from loyalty.clients.authentication import KeyExpired, KeyRevoked
from loyalty.clients.models import Client, ClientKey, Shift
from loyalty.identity import staffing
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store
from tests.conftest import NOON
from tests.members.staff import appoint
from tests.racing import at_once

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=20)


@pytest.fixture
def grace(db: None) -> User:
    """A cashier."""
    return appoint(Role.CASHIER, "grace")


@pytest.fixture
def store(db: None) -> Store:
    return Store.objects.create(code="rivoli", name="Rue de Rivoli")


def client_of(secret: str, *, at=NOON) -> Client:
    return authentication.check(header=f"Api-Key {secret}", at=at).client


class TestStart:
    def test_gives_a_key_of_the_stores_own_web_till(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)

        till = client_of(opened.secret)
        assert (till.name, till.store, till.is_web_till) == ("Web till Rue de Rivoli", store, True)
        assert till.scopes == [
            *("members:read", "members:write", "points:spend"),
            *("programme:read", "purchases:write", "rewards:write"),
        ]

    def test_makes_one_till_for_a_store(self, grace: User, store: Store):
        first = shifting.start(user=grace, store=store, at=NOON)
        second = shifting.start(user=grace, store=store, at=LATER)

        assert first.client == second.client
        assert Client.objects.count() == 1

    def test_ends_the_shift_that_the_same_person_left_open(self, grace: User, store: Store):
        first = shifting.start(user=grace, store=store, at=NOON)
        shifting.start(user=grace, store=store, at=LATER)

        with pytest.raises(KeyRevoked):
            client_of(first.secret, at=LATER)
        assert Shift.objects.get(pk=first.shift.pk).closed_at == LATER

    def test_is_refused_in_a_closed_store_and_makes_nothing(self, grace: User, store: Store):
        Store.objects.update(is_active=False)
        store.refresh_from_db()

        with pytest.raises(shifting.StoreClosed):
            shifting.start(user=grace, store=store, at=NOON)

        assert (Client.objects.count(), ClientKey.objects.count()) == (0, 0)


class TestRenew:
    def test_lets_the_key_live_for_another_half_hour(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)

        until = shifting.renew(user=grace, shift=opened.shift.pk, stores={store.pk}, at=LATER)

        assert until == NOON + timedelta(minutes=50)
        client_of(opened.secret, at=NOON + timedelta(minutes=49))

    def test_without_it_the_key_ends_by_itself(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)

        with pytest.raises(KeyExpired):
            client_of(opened.secret, at=NOON + timedelta(minutes=30))

    def test_is_refused_once_the_shift_is_over(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)
        shifting.end(user=grace, at=LATER)

        with pytest.raises(shifting.ShiftOver):
            shifting.renew(user=grace, shift=opened.shift.pk, stores={store.pk}, at=LATER)

    def test_is_refused_at_a_store_that_is_no_longer_theirs(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)

        with pytest.raises(shifting.ShiftOver):
            shifting.renew(user=grace, shift=opened.shift.pk, stores=set(), at=LATER)

    def test_is_refused_for_a_shift_of_somebody_else(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)
        ada = User.objects.create_user("ada@example.test", is_staff=True)

        with pytest.raises(shifting.ShiftOver):
            shifting.renew(user=ada, shift=opened.shift.pk, stores={store.pk}, at=LATER)

        assert ClientKey.objects.get().expiry_date == NOON + timedelta(minutes=30)


class TestEnd:
    def test_refuses_the_key_at_once(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)

        shifting.end(user=grace, at=LATER)

        with pytest.raises(KeyRevoked):
            client_of(opened.secret, at=LATER)

    def test_changes_nothing_the_second_time(self, grace: User, store: Store):
        shifting.start(user=grace, store=store, at=NOON)
        shifting.end(user=grace, at=LATER)

        shifting.end(user=grace, at=LATER + timedelta(hours=1))

        assert Shift.objects.get().closed_at == LATER


class TestWhoeverMaySellNoMore:
    """Their key is refused with the next call, though they left their shift open."""

    ENDS: ClassVar[dict[str, Callable[[User], object]]] = {
        "dismissed": lambda user: staffing.dismiss(user=user),
        "switched off": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        "no longer of the staff": lambda user: User.objects.filter(pk=user.pk).update(
            is_staff=False
        ),
        "in another role": lambda user: user.groups.set(
            Group.objects.filter(name=Role.ANALYST.value)
        ),
        "of a role that sells no more": lambda _user: Group.objects.get(
            name=Role.CASHIER.value
        ).permissions.clear(),
    }

    @pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
    def test_is_refused_at_once(self, grace: User, store: Store, end: Callable[[User], object]):
        opened = shifting.start(user=grace, store=store, at=NOON)
        client_of(opened.secret, at=LATER)

        end(grace)

        with pytest.raises(KeyRevoked):
            client_of(opened.secret, at=LATER)

    def test_is_asked_in_one_statement_more(
        self, grace: User, store: Store, django_assert_num_queries
    ):
        opened = shifting.start(user=grace, store=store, at=NOON)

        with django_assert_num_queries(2):
            client_of(opened.secret, at=LATER)

    def test_is_not_whoever_holds_the_right_in_person(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)
        grace.groups.clear()
        grace.user_permissions.add(Permission.objects.get(codename="open_till"))

        assert client_of(opened.secret, at=LATER) == opened.client

    def test_is_no_administrator(self, grace: User, store: Store):
        opened = shifting.start(user=grace, store=store, at=NOON)
        grace.groups.clear()
        User.objects.filter(pk=grace.pk).update(is_superuser=True)

        assert client_of(opened.secret, at=LATER) == opened.client


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_leave_one_till_and_one_open_shift(grace: User, store: Store):
    at_once(lambda _number: shifting.start(user=grace, store=store, at=NOON), calls=8)

    assert Client.objects.count() == 1
    assert Shift.objects.filter(closed_at=None).count() == 1
    assert ClientKey.objects.filter(revoked=False).count() == 1
