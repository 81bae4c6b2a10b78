import pytest
from django.contrib.auth.models import Group, Permission

from loyalty import grants
from loyalty.identity import roles
from loyalty.identity.roles import Role


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

    def test_lets_a_cashier_see_members_and_touch_nothing(self):
        grants.sync()

        held = held_by(Role.CASHIER)
        assert {"members.view_member", "rewards.view_reward"} <= held
        assert [name for name in held if ".view_" not in name] == []
        assert [name for name in held if name.startswith(("identity", "ledger"))] == []

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

    def test_means_something_by_every_grant(self):
        names = [
            f"{one.content_type.app_label}.{one.codename}"
            for one in Permission.objects.select_related("content_type")
        ]

        for patterns in grants.GRANTS.values():
            for pattern in patterns:
                assert roles.matching([pattern], names), pattern
