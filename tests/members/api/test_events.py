"""recordEvent: what a member did, told by whoever knows."""

from typing import Any

from members.models import Member, MemberEvent
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.builders import points_of, publish

SURVEY = {"when": {"event": "survey-answered"}, "then": {"give": "fixed", "points": 20}}


def tell(till: Caller, member: Member, key: str = "k1", **body: Any) -> Any:
    said = {"event": "survey-answered", **body}
    return till.post(f"/members/{member.public_id}/events", said, key=key)


class TestRecordEvent:
    def test_answers_with_the_award_and_the_balance(self, till: Caller, ada: Member):
        publish("survey", SURVEY)

        response = tell(till, ada, reference="nps-1")

        event = MemberEvent.objects.get()
        body = response.json()
        assert response.status_code == 201
        assert body["id"] == event.public_id
        assert (body["event"], body["reference"]) == ("survey-answered", "nps-1")
        assert body["award"]["points"] == 20
        assert body["balance"]["available"] == 20

    def test_says_what_it_let_be_used(self, till: Caller, ada: Member):
        terms = {"give": "fixed", "points": 30, "pending_event": "delivered", "cancel_days": 9}
        publish("delivery", {"then": terms})
        sold = till.post(
            "/purchases", {"member": {"id": ada.public_id}, "total": "20.00"}, key="p"
        )

        body = tell(till, ada, event="delivered").json()

        line = next(one for one in sold.json()["award"]["lines"] if one["rule"] == "delivery")
        assert line["pending"]["event"] == "delivered"
        assert sold.json()["balance"]["pending"] == 30
        assert (body["activated"], body["award"]["points"]) == (30, 0)
        assert body["balance"]["pending"] == 0

    def test_repeats_its_answer_and_gives_once(self, till: Caller, ada: Member):
        publish("survey", SURVEY)

        first, again = tell(till, ada), tell(till, ada)

        assert again.content == first.content
        assert again["Idempotent-Replayed"] == "true"
        assert MemberEvent.objects.count() == 1

    def test_refuses_the_same_reference_under_another_key(self, till: Caller, ada: Member):
        publish("survey", SURVEY)
        tell(till, ada, reference="nps-1")

        response = tell(till, ada, key="k2", reference="nps-1")

        assert (response.status_code, response.json()["code"]) == (422, "duplicate-event")
        assert points_of(ada, at=NOON) in {0, 20}
        assert MemberEvent.objects.count() == 1

    def test_refuses_what_is_known_here_and_what_nobody_may_be_called(
        self, till: Caller, ada: Member
    ):
        assert tell(till, ada, event="purchase").json()["errors"][0]["code"] == "known-by-itself"
        assert tell(till, ada, key="k2", event="Two Words").status_code == 400
        assert MemberEvent.objects.exists() is False
