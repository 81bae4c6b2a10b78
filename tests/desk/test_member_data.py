import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from loyalty.events.models import OutboxEvent
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from members import enrolling, erasing
from members.models import ErasureRequest, Member
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove

DUE = NOON + timedelta(hours=72)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ada(shop: None) -> Member:
    return enrolling.enrol(at=NOON, first_name="Ada", email="ada@shop.test")


@pytest.fixture
def care(sign_in: SignIn) -> Client:
    """Somebody of customer care who showed a moment ago who they are."""
    client = sign_in(Role.CUSTOMER_CARE)
    prove(client)
    return client


def page(member: Member, what: str) -> str:
    return f"/desk/members/member/{member.pk}/{what}/"


class TestExport:
    def test_asks_once_and_gives_the_file(self, care: Client, ada: Member):
        assert "Export the data of Ada?" in care.get(page(ada, "export")).content.decode()

        answer = care.post(page(ada, "export"))

        content = b"".join(answer.streaming_content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            told = json.loads(archive.read("my-data.json"))
        assert told["identity"][0]["email"] == "ada@shop.test"
        assert f'filename="{ada.public_id}.zip"' in answer.headers["Content-Disposition"]

    def test_is_kept_in_the_history(self, care: Client, ada: Member):
        list(care.post(page(ada, "export")).streaming_content)

        last = Member.history.filter(id=ada.pk).latest("history_id")
        assert last.history_change_reason == "exported"
        assert last.history_user.email == "customer_care@example.test"


class TestErase:
    def test_asks_once_and_waits_for_three_days(self, care: Client, ada: Member):
        assert "Erase Ada?" in care.get(page(ada, "erase")).content.decode()
        assert ErasureRequest.objects.exists() is False

        answer = care.post(page(ada, "erase"), follow=True)

        asked = ErasureRequest.objects.get()
        assert (asked.member_id, asked.due_at) == (ada.pk, DUE)
        assert asked.requested_by.startswith("user:")
        assert "To be erased on" in answer.content.decode()

    def test_undoes_what_was_asked_for(self, care: Client, ada: Member):
        erasing.ask(member=ada, at=NOON, actor=ada.public_id)
        assert "Undo the erasure of Ada?" in care.get(page(ada, "erase")).content.decode()

        care.post(page(ada, "erase"))

        assert ErasureRequest.objects.get().state == "UNDONE"

    def test_says_that_somebody_is_erased_already(self, care: Client, ada: Member):
        erasing.ask(member=ada, at=NOON, actor=ada.public_id)
        erasing.erase_due(at=DUE)

        answer = care.post(page(ada, "erase"), follow=True)

        assert "Nothing is known of this member any more." in answer.content.decode()


@pytest.mark.parametrize("what", ["export", "erase"])
class TestBoth:
    def test_ask_again_who_it_is(self, sign_in: SignIn, ada: Member, what: str):
        care = sign_in(Role.CUSTOMER_CARE)

        for answer in (care.get(page(ada, what)), care.post(page(ada, what))):
            assert answer.headers["Location"].startswith("/desk/again/")
        assert ErasureRequest.objects.exists() is False

    @pytest.mark.parametrize(
        "role", [Role.CASHIER, Role.STORE_MANAGER, Role.MARKETING, Role.ANALYST, Role.AUDITOR]
    )
    def test_are_shut_to_other_roles(self, sign_in: SignIn, ada: Member, what: str, role: Role):
        client = sign_in(role)
        prove(client)

        assert client.post(page(ada, what)).status_code == 403
        assert ErasureRequest.objects.exists() is False

    def test_know_nobody_who_is_not_there(self, care: Client, ada: Member, what: str):
        assert care.get(f"/desk/members/member/999999/{what}/").status_code == 404


class TestClose:
    def test_asks_once_and_lets_a_member_leave_for_good(self, care: Client, ada: Member):
        asked = care.get(page(ada, "close")).content.decode()
        assert "Close the membership of Ada?" in asked
        assert "It cannot be undone." in asked

        care.post(page(ada, "close"))
        care.post(page(ada, "close"))

        ada.refresh_from_db()
        assert (ada.state, ada.closed_at) == ("CLOSED", NOON)
        told = OutboxEvent.objects.get(name="member.closed").payload
        assert told["actor"] == f"user:{User.objects.get().pk}"

    def test_asks_first_who_it_is(self, sign_in: SignIn, ada: Member):
        answer = sign_in(Role.CUSTOMER_CARE).post(page(ada, "close"))

        assert answer.headers["Location"].startswith("/desk/again/")
        ada.refresh_from_db()
        assert ada.state == "ACTIVE"

    def test_is_refused_of_one_s_own_card(self, care: Client, ada: Member):
        Member.objects.update(email=User.objects.get().email)

        said = care.post(page(ada, "close")).content.decode()

        assert "This is your own card: ask a colleague." in said
        ada.refresh_from_db()
        assert ada.state == "ACTIVE"
