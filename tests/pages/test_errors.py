"""Pages that are not there, or not for everybody, lead back to where their reader was."""

import pytest
from django.test import Client
from django.utils import timezone

from loyalty.identity.models import User
from loyalty.programmes.models import Programme
from members import enrolling
from tests.portal.test_household import browser_of

pytestmark = pytest.mark.django_db


def words_of(client: Client, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.content.decode()


class TestAPageThatIsNotThere:
    def test_leads_members_back_to_the_front_page(self, client: Client):
        status, page = words_of(client, "/nowhere/")

        assert status == 404
        assert "Vos points, eux, n’ont pas bougé." in page
        assert '<a class="button" href="/">' in page

    def test_leads_staff_back_to_the_desk(self, desk: Client):
        status, page = words_of(desk, "/desk/members/member/999999/change/")

        assert status == 404
        assert "Vos points" not in page
        assert '<a class="button" href="/desk/">' in page


class TestAPathThatNoPageWrites:
    """PostgreSQL keeps no NUL: what holds one is looked for nowhere."""

    @pytest.mark.parametrize(
        "path",
        [
            "approvals/a%00b/", "cases/a%00b/", "exports/a%00b/", "imports/a%00b/",
            "imports/a%00b/errors/", "tiers/a%00b/",
        ],
    )  # fmt: skip
    def test_leads_to_no_page_of_the_desk(self, desk: Client, path: str):
        assert desk.get(f"/desk/{path}").status_code == 404

    def test_sends_no_day_of_a_job_again(self, desk: Client):
        assert desk.post("/desk/jobs/a%00b/again/").status_code == 404

    @pytest.mark.parametrize(
        "path", ["me/help/a%00b/", "me/rewards/a%00b/", "me/surveys/a%00b/", "unsubscribe/a%00b/"]
    )
    def test_leads_members_to_none_either(self, shop: Programme, path: str):
        browser = browser_of(enrolling.enrol(at=timezone.now(), email="ada@shop.test"))

        assert browser.get(f"/{path}").status_code == 404


class TestAPageForOthers:
    def test_leads_staff_back_to_the_desk(self, client: Client):
        client.force_login(User.objects.create_user("new@example.test", is_staff=True))

        status, page = words_of(client, "/desk/jobs/")

        assert status == 403
        assert '<a class="button" href="/desk/">' in page
