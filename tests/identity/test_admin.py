import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from loyalty import grants
from loyalty.events.models import JobRun
from loyalty.identity import staffing
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from tests.desk.entering import prove

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


def signed_in(role: Role) -> Client:
    user = staffing.appoint(email=f"{role.name}@example.org", role=role, password=PASSWORD)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(db) -> Client:
    grants.sync()
    return signed_in(Role.ADMINISTRATOR)


class TestTheUsersDesk:
    def test_adds_somebody_by_address(self, desk: Client):
        prove(desk)

        answer = desk.post(
            reverse("admin:identity_user_add"),
            {
                "email": "Grace@Example.org",
                "usable_password": "true",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )

        assert answer.status_code == 302
        assert User.objects.filter(email="grace@example.org", is_staff=False).exists()

    def test_refuses_a_weak_password(self, desk: Client):
        prove(desk)

        answer = desk.post(
            reverse("admin:identity_user_add"),
            {
                "email": "grace@example.org",
                "usable_password": "true",
                "password1": "12345678",
                "password2": "12345678",
            },
        )

        assert answer.status_code == 200
        assert User.objects.count() == 1

    def test_asks_who_it_is_before_it_changes_anybody(self, desk: Client):
        grace = User.objects.create_user("grace@example.org", is_staff=True)
        address = reverse("admin:identity_user_change", args=[grace.pk])

        answer = desk.post(address, {"email": "mallory@example.org", "is_superuser": "on"})

        assert answer.headers["Location"].startswith("/desk/again/?next=")
        grace.refresh_from_db()
        assert (grace.email, grace.is_superuser) == ("grace@example.org", False)

    def test_shows_and_finds_users(self, desk: Client):
        grace = User.objects.create_user("grace@example.org", first_name="Grace")

        assert (
            "grace@example.org"
            in desk.get(
                reverse("admin:identity_user_changelist"), {"q": "grace@example.org"}
            ).content.decode()
        )
        assert desk.get(reverse("admin:identity_user_change", args=[grace.pk])).status_code == 200
        assert desk.get(reverse("admin:auth_group_changelist")).status_code == 200

    def test_lets_nobody_but_an_administrator_make_one(self, desk: Client):
        helper = User.objects.get()
        helper.is_superuser = False
        helper.save()
        grace = User.objects.create_user("grace@example.org")
        prove(desk)

        desk.post(
            reverse("admin:identity_user_change", args=[grace.pk]),
            {"email": "grace@example.org", "language": "fr", "is_superuser": "on"},
        )

        grace.refresh_from_db()
        assert grace.is_superuser is False

    def test_is_closed_to_a_cashier(self, desk: Client):
        cashier = signed_in(Role.CASHIER)

        assert cashier.get(reverse("admin:identity_user_changelist")).status_code == 403


class TestTheEventsDesk:
    @pytest.mark.parametrize("model", ["outboxevent", "change", "jobrun"])
    def test_shows_and_changes_nothing(self, desk: Client, model: str):
        assert desk.get(reverse(f"admin:events_{model}_changelist")).status_code == 200
        assert desk.get(reverse(f"admin:events_{model}_add")).status_code == 403

    def test_shows_one_run(self, desk: Client):
        run = JobRun.objects.create(
            job="settle", business_day="2026-03-09", state="DONE", started_at="2026-03-10T00:00Z"
        )

        page = reverse("admin:events_jobrun_change", args=[run.pk])
        assert desk.get(page).status_code == 200
        assert desk.post(page, {"job": "tiers"}).status_code == 403
        assert JobRun.objects.get().job == "settle"


class TestTheRolesDesk:
    def test_calls_roles_as_people_do(self, desk: Client):
        User.objects.filter(email="administrator@example.org").update(language="fr")

        page = desk.get(reverse("admin:auth_group_changelist")).content.decode()
        users = desk.get(reverse("admin:identity_user_changelist")).content.decode()

        assert ">hôte de caisse</a>" in page
        assert ">store manager<" not in page
        assert re.search(r"Hôte de caisse\s*</a>", users)

    def test_says_in_words_what_a_role_may_and_who_holds_it(self, desk: Client):
        User.objects.filter(email="administrator@example.org").update(language="fr")
        role = Group.objects.get(name=Role.CASHIER.value)
        staffing.appoint(email="karim@example.org", role=Role.CASHIER, password=PASSWORD)

        page = desk.get(reverse("admin:auth_group_change", args=[role.pk])).content.decode()

        assert "karim@example.org" in page
        assert "<li><b>Membres</b> ajouter, voir</li>" in page
        assert "Can " not in page

    def test_narrows_users_to_a_role(self, desk: Client):
        staffing.appoint(email="karim@example.org", role=Role.CASHIER, password=PASSWORD)

        page = desk.get(reverse("admin:identity_user_changelist"), {"role": "cashier"})

        assert [user.email for user in page.context["cl"].result_list] == ["karim@example.org"]

    def test_offers_the_languages_that_are_spoken(self, desk: Client):
        grace = User.objects.create_user("grace@example.org")

        page = desk.get(reverse("admin:identity_user_change", args=[grace.pk]))

        assert page.context["adminform"].form.fields["language"].choices == [
            ("fr", "Français"),
            ("en", "English"),
        ]
