"""Pages that are not there, or not for everybody, lead back to where their reader was."""

import pytest
from django.test import Client

from loyalty.identity.models import User

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


class TestAPageForOthers:
    def test_leads_staff_back_to_the_desk(self, client: Client):
        client.force_login(User.objects.create_user("new@example.test", is_staff=True))

        status, page = words_of(client, "/desk/jobs/")

        assert status == 403
        assert '<a class="button" href="/desk/">' in page
