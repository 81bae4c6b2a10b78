import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from simple_history.models import HistoricalChanges

from loyalty import grants
from loyalty.identity import roles
from loyalty.identity.models import Limit
from loyalty.identity.roles import Role

OURS = ("loyalty", "members", "rewards", "analytics")


def held_by(role: Role) -> set[str]:
    permissions = Group.objects.get(name=role.value).permissions.select_related("content_type")
    return {f"{one.content_type.app_label}.{one.codename}" for one in permissions}


@pytest.mark.django_db
class TestSync:
    def test_creates_every_role(self):
        grants.sync()

        assert set(Group.objects.values_list("name", flat=True)) == {
            "cashier",
            "store manager",
            "marketing",
            "customer care",
            "analyst",
            "auditor",
            "administrator",
        }

    def test_changes_nothing_the_second_time(self):
        grants.sync()
        before = {role: held_by(role) for role in Role}
        ids = set(Group.objects.values_list("pk", flat=True))

        grants.sync()

        assert {role: held_by(role) for role in Role} == before
        assert set(Group.objects.values_list("pk", flat=True)) == ids

    def test_takes_back_what_a_role_no_longer_says(self):
        grants.sync()
        stray = Permission.objects.get(codename="delete_user")
        Group.objects.get(name="cashier").permissions.add(stray)

        grants.sync()

        assert "identity.delete_user" not in held_by(Role.CASHIER)

    def test_leaves_groups_that_are_no_role(self):
        Group.objects.create(name="night shift").permissions.set(Permission.objects.all()[:3])

        grants.sync()

        assert Group.objects.get(name="night shift").permissions.count() == 3

    def test_lets_a_cashier_look_up_and_enrol_and_no_more(self):
        grants.sync()

        assert held_by(Role.CASHIER) == {
            "members.add_member",
            "members.view_member",
            "members.view_card",
            "members.view_purchase",
            "members.view_purchaseline",
            "members.view_return",
            "members.view_returnline",
            "members.view_voucher",
            "members.view_tillhold",
            "rewards.view_reward",
            "clients.open_till",
        }

    def test_lets_an_auditor_see_all_and_touch_nothing(self):
        grants.sync()

        held = held_by(Role.AUDITOR)
        assert {"ledger.view_entry", "identity.view_user", "events.view_jobrun"} <= held
        assert [name for name in held if ".view_" not in name] == []

    def test_lets_marketing_change_rules_and_no_member(self):
        grants.sync()

        held = held_by(Role.MARKETING)
        assert {"programmes.change_rule", "rewards.add_reward"} <= held
        assert "members.change_member" not in held

    def test_lets_three_roles_adjust_points_and_decide(self):
        grants.sync()

        for name in ("members.adjust_points", "identity.decide_approval"):
            held = {role for role in Role if name in held_by(role)}
            assert held == {Role.STORE_MANAGER, Role.CUSTOMER_CARE, Role.ADMINISTRATOR}

    def test_lets_customer_care_and_no_other_erase_and_export(self):
        grants.sync()

        for name in ("members.erase_member", "members.export_members"):
            held = {role for role in Role if name in held_by(role)}
            assert held == {Role.CUSTOMER_CARE, Role.ADMINISTRATOR}

    def test_lets_an_analyst_see_nobody(self):
        grants.sync()

        held = held_by(Role.ANALYST)
        assert "analytics.view_measures" in held
        apps = {name.partition(".")[0] for name in held}
        assert apps == {"analytics", "programmes", "rewards"}
        assert "identity.view_trail" not in held
        assert not {"rewards.view_redemption", "programmes.view_storeassignment"} & held
        assert [name for name in held if "historical" in name] == []

    def test_lets_nobody_but_administrators_touch_users_limits_and_stores_of_users(self):
        grants.sync()

        for role in set(Role) - {Role.ADMINISTRATOR}:
            held = {name for name in held_by(role) if ".view_" not in name}
            held -= {"identity.decide_approval", "clients.open_till"}
            assert not [name for name in held if name.startswith(("identity", "auth", "clients"))]
            assert not [name for name in held if "storeassignment" in name]

    def test_gives_limits_to_every_role_and_leaves_those_decided(self):
        grants.sync()
        Limit.objects.filter(role=Role.CUSTOMER_CARE).update(at_once=10)

        grants.sync()

        assert Limit.objects.count() == len(Role)
        assert Limit.objects.get(role=Role.CUSTOMER_CARE).at_once == 10
        assert Limit.objects.get(role=Role.STORE_MANAGER).in_a_month == 2_000

    def test_means_something_by_every_grant(self):
        names = [
            f"{one.content_type.app_label}.{one.codename}"
            for one in Permission.objects.select_related("content_type")
        ]

        for patterns in (*grants.GRANTS.values(), grants.CLOSED):
            for pattern in patterns:
                assert roles.matching([pattern], names), pattern

    def test_decides_about_every_table(self):
        """A new table is somebody's to see, or written down as closed."""
        ordinary = set(grants.CLOSED).union(
            *(grants.GRANTS[role] for role in set(Role) - {Role.AUDITOR, Role.ADMINISTRATOR})
        )

        undecided = [
            model._meta.label
            for model in apps.get_models()
            if model.__module__.partition(".")[0] in OURS
            and not issubclass(model, HistoricalChanges)
            and f"{model._meta.app_label}.view_{model._meta.model_name}" not in ordinary
        ]

        assert undecided == []
        assert [pattern for pattern in ordinary if "*" in pattern] == []
