"""An administrator is looked at twice: nothing of one's own, and resets are proved and kept."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from loyalty.identity import limiting
from loyalty.identity.models import Limit, User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Programme
from tests.desk.reading import words_of
from tests.identity.test_raising import browser, change
from tests.members.conftest import programme
from tests.members.staff import appoint

__all__ = ["programme"]

pytestmark = pytest.mark.django_db
NEW = {"password1": "mine mine mine 1", "password2": "mine mine mine 1"}


@pytest.fixture
def boss(programme: Programme) -> User:
    return appoint(Role.ADMINISTRATOR, "boss")


@pytest.fixture
def chief(boss: User) -> User:
    """A second administrator in full."""
    return appoint(Role.ADMINISTRATOR, "chief")


def raise_limit(client: Client, role: Role, at_once: int) -> Limit:
    limit = Limit.objects.get(role=role.value)
    address = reverse("admin:identity_limit_change", args=[limit.pk])
    client.post(address, {"at_once": at_once, "in_a_day": 90_000, "in_a_month": 90_000})
    limit.refresh_from_db()
    return limit


class TestOneself:
    def test_is_given_no_role_and_no_other_address(self, boss: User, chief: User):
        roles = [Group.objects.get(name="auditor").pk]
        told = {"groups": roles, "email": "other@staff.example", "phone": "0612345678"}

        change(browser(chief), chief, is_staff="on", is_superuser="on", **told)

        chief.refresh_from_db()
        assert (chief.email, str(chief.phone)) == ("chief@staff.example", "")
        assert [group.name for group in chief.groups.all()] == ["administrator"]

    def test_is_changed_by_the_only_administrator(self, boss: User):
        told = {"groups": [Group.objects.get(name="administrator").pk], "is_staff": "on"}

        assert (
            change(browser(boss), boss, is_superuser="on", email="b@staff.example", **told) == 302
        )

        boss.refresh_from_db()
        assert boss.email == "b@staff.example"

    def test_raises_no_limit_of_a_role_of_theirs(self, boss: User, chief: User):
        before = Limit.objects.values().get(role="administrator")

        raise_limit(browser(chief), Role.ADMINISTRATOR, 80_000)

        assert Limit.objects.values().get(role="administrator") == before
        with pytest.raises(limiting.OwnLimit):
            limiting.check_change(
                by=chief,
                limit=Limit(role="administrator", at_once=5_001, in_a_day=0, in_a_month=0),
            )

    def test_lowers_one_and_raises_those_of_others(self, boss: User, chief: User):
        limiting.check_change(
            by=chief, limit=Limit(role="administrator", at_once=1, in_a_day=1, in_a_month=1)
        )

        assert raise_limit(browser(chief), Role.CUSTOMER_CARE, 700).at_once == 700

    def test_raises_one_where_nobody_else_is_an_administrator(self, boss: User):
        assert raise_limit(browser(boss), Role.ADMINISTRATOR, 6_000).at_once == 6_000


class TestResets:
    def test_of_a_colleague_s_password_ask_again_and_are_kept(self, boss: User, chief: User):
        zoe = appoint(Role.CASHIER, "zoe")
        address = reverse("admin:auth_user_password_change", args=[zoe.pk])
        unproved = Client()
        unproved.force_login(chief)
        before = User.objects.values().get(pk=zoe.pk)

        asked = unproved.post(address, NEW)

        assert asked.headers["Location"].startswith("/desk/again/")
        assert User.objects.values().get(pk=zoe.pk) == before
        assert browser(chief).post(address, NEW).status_code == 302
        row = LogEntry.objects.get()
        assert (row.user, row.object_id) == (chief, str(zoe.pk))
        assert "user zoe@staff.example Changed password." in words_of(
            browser(chief), "/desk/audit/"
        )

    def test_of_a_colleague_s_second_factor_ask_again(self, boss: User, chief: User):
        zoe = appoint(Role.CASHIER, "zoe")
        told = {"action": "reset_second_factors", "_selected_action": [str(zoe.pk)]}
        unproved = Client()
        unproved.force_login(chief)
        page = reverse("admin:identity_user_changelist")

        asked = unproved.post(page, told)

        assert asked.headers["Location"].startswith("/desk/again/")
        assert LogEntry.objects.count() == 0
        browser(chief).post(page, told)
        row = LogEntry.objects.get()
        assert (row.user, row.object_id) == (chief, str(zoe.pk))


class TestTheAudit:
    def test_tells_roles_before_and_after(self, boss: User, chief: User):
        zoe = appoint(Role.CASHIER, "zoe")
        care = Group.objects.get(name="customer care")

        change(browser(chief), zoe, is_staff="on", groups=[care.pk])

        told = words_of(browser(chief), "/desk/audit/?kind=desk")
        assert "Groups before : cashier → after : customer care" in told

    def test_tells_limits_before_and_after(self, boss: User, chief: User):
        raise_limit(browser(chief), Role.CUSTOMER_CARE, 700)

        told = words_of(browser(chief), "/desk/audit/?kind=identity.limit")
        assert "Chief Limit of a role customer care changed" in told
        assert "Points at once before : 500 → after : 700" in told
