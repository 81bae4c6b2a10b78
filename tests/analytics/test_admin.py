from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from analytics import facts
from analytics.models import MeasureSettings
from analytics.periods import day
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store
from members.models import Member
from tests.analytics.builders import (
    NOW,
    Sold,
    make_members,
    make_programme,
    make_stores,
    move,
    scope,
    sell,
)
from tests.desk.reading import words_of
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db

LISTS = ("memberfact", "membermonth", "storeday", "pointsday", "refresh", "revision")


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser(email="admin@example.org", password="x"))
    return client


def make_facts(size: int) -> None:
    """So many members, months, days and revisions."""
    make_programme()
    facts.refresh(at=NOW)
    stores = make_stores(*(f"store-{number}" for number in range(size)))
    members = make_members([str(number) for number in range(size)])
    sell(
        Sold(member, day("2024-01-15") - timedelta(31 * place), 1000, stores[place])
        for place, member in enumerate(members.values())
    )
    for place, member in enumerate(members.values()):
        move(member, 10, NOW - timedelta(days=size - place))
    facts.refresh(at=NOW)


class TestLists:
    @pytest.mark.parametrize("name", LISTS)
    def test_show_sixty_rows_in_a_handful_of_statements(
        self, administrator: Client, name: str, django_assert_max_num_queries: object
    ) -> None:
        make_facts(60)
        url = reverse(f"admin:analytics_{name}_changelist")

        with django_assert_max_num_queries(8):  # type: ignore[operator]
            page = administrator.get(url)

        assert page.status_code == 200
        rows = apps.get_model("analytics", name).objects.count()
        assert rows >= (1 if name == "refresh" else 60)
        assert len(page.context["cl"].result_list) == rows

    @pytest.mark.parametrize("name", LISTS)
    def test_nobody_changes_what_was_counted(self, administrator: Client, name: str) -> None:
        assert administrator.get(reverse(f"admin:analytics_{name}_add")).status_code == 403

    @pytest.mark.parametrize(
        ("name", "rows"), [("memberfact", 3), ("membermonth", 3), ("storeday", 3)]
    )
    def test_show_an_analyst_all_figures_and_nobody(self, name: str, rows: int) -> None:
        make_facts(3)
        analyst = Client()
        analyst.force_login(appoint(Role.ANALYST))
        url = reverse(f"admin:analytics_{name}_changelist")

        page = analyst.get(url)

        assert len(page.context["cl"].result_list) == rows
        found = page.context["cl"].result_list[0]
        detail = analyst.get(reverse(f"admin:analytics_{name}_change", args=[found.pk]))
        assert detail.status_code == 200
        assert "fieldset" in detail.content.decode()

    @pytest.mark.parametrize(
        ("name", "rows"), [("memberfact", 1), ("membermonth", 1), ("storeday", 1)]
    )
    def test_show_a_manager_their_own_stores(self, name: str, rows: int) -> None:
        make_facts(3)
        manager = Client()
        manager.force_login(
            appoint(Role.STORE_MANAGER, stores=(Store.objects.get(code="store-1"),))
        )

        page = manager.get(reverse(f"admin:analytics_{name}_changelist"))

        assert len(page.context["cl"].result_list) == rows

    def test_an_analyst_finds_nobody_by_a_number_of_theirs(self) -> None:
        make_facts(3)
        analyst = Client()
        analyst.force_login(appoint(Role.ANALYST))
        url = reverse("admin:analytics_memberfact_changelist")
        whose = Member.objects.get(external_id="2").public_id

        by_number, by_id = (analyst.get(url, {"q": asked}) for asked in ("2", whose))

        assert list(by_number.context["cl"].result_list) == []
        assert [fact.member.public_id for fact in by_id.context["cl"].result_list] == [whose]

    def test_a_member_is_found_by_external_id(self, administrator: Client) -> None:
        make_facts(3)

        page = administrator.get(reverse("admin:analytics_memberfact_changelist"), {"q": "2"})

        assert [fact.member.external_id for fact in page.context["cl"].result_list] == ["2"]


class TestSettings:
    def test_are_made_once_and_measures_follow_them(self, administrator: Client) -> None:
        make_programme()
        url = reverse("admin:analytics_measuresettings_add")
        told = {"lost_after_days": "90", "rfm_scoring": "THRESHOLD"}
        told |= {"pair_support_percent": "5", "least_answers": "10"}

        assert administrator.post(url, told).status_code == 302

        assert MeasureSettings.objects.get(pk=1).lost_after_days == 90
        assert administrator.get(url).status_code == 403
        asked = scope("2026-01-01", "2026-01-31")
        assert (asked.lost_after_days, asked.rfm_scoring) == (90, "THRESHOLD")

    def test_leave_in_the_audit_log_who_changed_what_from_where(
        self, administrator: Client
    ) -> None:
        make_programme()
        MeasureSettings.objects.create(pk=1)
        url = reverse("admin:analytics_measuresettings_change", args=[1])
        told = {"lost_after_days": "90", "rfm_scoring": "NTILE"}
        told |= {"pair_support_percent": "1", "least_answers": "5"}

        assert administrator.post(url, told).status_code == 302

        now, before = MeasureSettings.history.order_by("-history_id")
        assert (before.lost_after_days, now.lost_after_days) == (180, 90)
        assert (now.history_user, now.address) == (User.objects.get(), "127.0.0.1")
        said = words_of(administrator, "/desk/audit/?kind=analytics.measuresettings", "fr")
        assert "Perdu après (jours) avant : 180 → après : 90 127.0.0.1" in said
