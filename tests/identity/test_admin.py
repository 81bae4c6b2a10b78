import pytest
from django.test import Client
from django.urls import reverse

from loyalty import grants
from loyalty.events.models import JobRun
from loyalty.identity import staffing
from loyalty.identity.models import User
from loyalty.identity.roles import Role

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


def signed_in(role: Role) -> Client:
    staffing.appoint(email=f"{role.name}@example.org", role=role, password=PASSWORD)
    client = Client()
    client.login(username=f"{role.name}@example.org", password=PASSWORD)
    return client


@pytest.fixture
def desk(db) -> Client:
    grants.sync()
    return signed_in(Role.ADMINISTRATOR)


class TestTheUsersDesk:
    def test_adds_somebody_by_address(self, desk: Client):
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
