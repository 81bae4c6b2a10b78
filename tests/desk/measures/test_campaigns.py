"""The page of campaigns: what those of a period changed, to whom it is told, and as a file."""

from datetime import datetime, timedelta
from typing import Any

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Campaign, Programme, Store, StoreAssignment
from tests.desk.measures.conftest import text_of
from tests.desk.reading import rows_of


class TestCampaigns:
    def test_of_the_period_say_what_they_changed(self, bought: Programme, page: Any):
        for code, starts_at in (("now", "2026-02-10"), ("then", "2025-02-10")):
            first = datetime.fromisoformat(f"{starts_at}T00:00:00+01:00")
            Campaign.objects.create(
                code=code, name_fr=code, name_en=code, starts_at=first,
                ends_at=first + timedelta(days=9), target=5, budget_points=9, holdout_percent=50,
            )  # fmt: skip

        told = page("campaigns/?period=2026-02").context["told"]

        assert [one.code for one in told.campaigns] == ["now"]
        assert (told.chosen.code, told.effect) == ("now", None)

    def test_are_a_file_of_their_own(self, bought: Programme, page: Any):
        first = datetime.fromisoformat("2026-02-10T00:00:00+01:00")
        Campaign.objects.create(
            code="now", name_fr="=Now", name_en="=Now", starts_at=first,
            ends_at=first + timedelta(days=9), target=5, budget_points=9,
        )  # fmt: skip

        rows = rows_of(page("campaigns/?period=2026-02&csv=ran"))

        assert rows[1] == ["'=Now", "2026-02-10", "2026-02-18", "0", "5", "0,00", "0"]
        assert page("campaigns/?period=2026-02&png=effect").status_code == 404

    def test_are_not_for_who_reads_their_own_stores(
        self, bought: Programme, page: Any, sign_in: Any
    ):
        client = sign_in(Role.STORE_MANAGER)
        manager = User.objects.get(email="store_manager@example.test")
        StoreAssignment.objects.create(user=manager, store=Store.objects.get(code="paris"))

        refused = page("campaigns/", client=client)

        tabs = [
            page("stores/", client=one).context["tabs"] for one in (client, sign_in(Role.ANALYST))
        ]
        slugs = [[slug for slug, _name, _url in of_one] for of_one in tabs]
        assert refused.status_code == 403
        assert [slugs[0], slugs[1].count("campaigns")] == [
            [slug for slug in slugs[1] if slug != "campaigns"], 1,
        ]  # fmt: skip

    def test_are_asked_for_where_there_are_none(self, bought: Programme, page: Any):
        assert "Aucune campagne" in text_of(page("campaigns/"))
