"""Nobody raises themselves, nor touches whoever stands above them."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Programme, Store, StoreAssignment
from tests.desk.entering import prove
from tests.members.conftest import programme  # noqa: F401 (a fixture)
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db: None) -> User:
    """Somebody who may change users and groups, and is no administrator."""
    user = appoint(Role.CUSTOMER_CARE, "clerk")
    named = ("add_user", "change_user", "delete_user", "view_user", "change_group", "add_group")
    named += ("add_storeassignment", "change_storeassignment", "delete_storeassignment")
    user.user_permissions.set(Permission.objects.filter(codename__in=named))
    return user


@pytest.fixture
def chief(db: None) -> User:
    return appoint(Role.ADMINISTRATOR, "chief")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    prove(client)
    return client


def change(client: Client, user: User, **told: object) -> int:
    groups = [group.pk for group in user.groups.all()]
    said = {"email": user.email, "language": "fr", "is_active": "on", "groups": groups, **told}
    forms = {"store_assignments-TOTAL_FORMS": 0, "store_assignments-INITIAL_FORMS": 0}
    address = reverse("admin:identity_user_change", args=[user.pk])
    return client.post(address, {**forms, **said}).status_code


class TestOneself:
    @pytest.mark.parametrize("way", ["is_superuser", "groups", "user_permissions"])
    def test_is_not_raised(self, clerk: User, way: str):
        told: dict[str, object] = {
            "is_superuser": {"is_superuser": "on"},
            "groups": {"groups": [Group.objects.get(name="administrator").pk]},
            "user_permissions": {
                "user_permissions": [Permission.objects.get(codename="change_limit").pk]
            },
        }[way]

        change(browser(clerk), clerk, **told)

        kept = User.objects.get(pk=clerk.pk)
        assert kept.is_superuser is False
        assert [group.name for group in kept.groups.all()] == ["customer care"]
        assert not kept.has_perm("identity.change_limit")

    def test_gets_no_store_by_oneself(self, clerk: User, programme: Programme):  # noqa: F811
        store = Store.objects.create(code="lyon", name="Lyon")
        told = {
            "store_assignments-TOTAL_FORMS": 1,
            "store_assignments-0-store": store.pk,
            "store_assignments-0-user": clerk.pk,
        }

        change(browser(clerk), clerk, **told)

        assert StoreAssignment.objects.count() == 0

    def test_is_not_raised_by_a_group(self, clerk: User):
        own = Group.objects.get(name="customer care")
        address = reverse("admin:auth_group_change", args=[own.pk])
        every = list(Permission.objects.values_list("pk", flat=True))

        answer = browser(clerk).post(address, {"name": own.name, "permissions": every})

        assert answer.status_code == 403
        assert not User.objects.get(pk=clerk.pk).has_perm("identity.change_limit")
        assert browser(clerk).get(reverse("admin:auth_group_add")).status_code == 403


class TestAnAdministrator:
    @pytest.mark.parametrize("is_by_group", [False, True])
    def test_is_changed_by_no_other(self, clerk: User, chief: User, is_by_group: bool):
        if is_by_group:
            User.objects.filter(pk=chief.pk).update(is_superuser=False)
        before = User.objects.values().get(pk=chief.pk)

        assert change(browser(clerk), chief, email="mine@example.org") == 403
        password = reverse("admin:auth_user_password_change", args=[chief.pk])
        told = {"password1": "mine mine mine 1", "password2": "mine mine mine 1"}
        assert browser(clerk).post(password, told).status_code == 403

        assert User.objects.values().get(pk=chief.pk) == before

    def test_keeps_their_second_factor(self, clerk: User, chief: User):
        told = {"action": "reset_second_factors", "_selected_action": [str(chief.pk)]}

        answer = browser(clerk).post(reverse("admin:identity_user_changelist"), told)

        assert answer.status_code == 403

    def test_is_appointed_by_no_other(self, clerk: User):
        grace = User.objects.create_user("grace@example.org")
        administrators = Group.objects.get(name="administrator")

        change(browser(clerk), grace, groups=[administrators.pk], is_staff="on", is_superuser="on")

        grace.refresh_from_db()
        assert (grace.is_superuser, grace.is_staff, grace.groups.count()) == (False, False, 0)

    def test_appoints_and_assigns_stores(self, chief: User, programme: Programme):  # noqa: F811
        store = Store.objects.create(code="lyon", name="Lyon")
        manager = appoint(Role.STORE_MANAGER)
        told = {
            "is_staff": "on",
            "store_assignments-TOTAL_FORMS": 1,
            "store_assignments-0-store": store.pk,
            "store_assignments-0-user": manager.pk,
        }

        assert change(browser(chief), manager, **told) == 302

        assigned = StoreAssignment.objects.get()
        assert (assigned.user, assigned.store) == (manager, store)
        assert assigned.history.get().history_user == chief


class TestNobody:
    def test_is_deleted(self, chief: User, clerk: User):
        address = reverse("admin:identity_user_delete", args=[clerk.pk])

        assert browser(chief).post(address, {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=clerk.pk).exists()

    def test_types_a_role_s_permissions(self, chief: User):
        role = Group.objects.get(name="cashier")

        answer = browser(chief).post(
            reverse("admin:auth_group_change", args=[role.pk]), {"name": "x"}
        )

        assert answer.status_code == 403
