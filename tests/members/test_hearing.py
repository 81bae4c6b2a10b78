"""What clients tell that a member did, and what it gives."""

from datetime import timedelta

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Entry
from members import blocking, hearing
from members.hearing import DuplicateEvent, Told
from members.models import Member, MemberEvent
from members.selling import OccurredAtOutOfWindow
from tests.conftest import NOON
from tests.members.builders import moved, points_of, publish
from tests.racing import at_once

SURVEY = {"when": {"event": "survey-answered"}, "then": {"give": "fixed", "points": 20}}
REVIEW = {
    "when": {"event": "custom", "custom": "review-written"},
    "then": {"give": "fixed", "points": 7},
}


def told(name: str = "survey-answered", *, reference: str = "", **said) -> Told:
    return Told(name=name, reference=reference, **{"occurred_at": NOON, **said})


@pytest.fixture
def rules(ada: Member) -> None:
    publish("survey", SURVEY)
    publish("review", REVIEW)


class TestRecord:
    def test_gives_what_the_rules_say_of_an_answered_survey(self, ada: Member, rules: None):
        event = hearing.record(member=ada, told=told(reference="nps-1"), key="a", at=NOON)

        assert points_of(ada, at=NOON) == 20
        assert event.award["lines"][0]["rule"] == "survey"
        entry = Entry.objects.get()
        assert (entry.reference, entry.reason) == (event.public_id, "survey-answered")
        assert verifying.verify().first_fault is None

    def test_gives_for_an_event_of_the_merchants_own_by_its_name(self, ada: Member, rules: None):
        review = hearing.record(member=ada, told=told("review-written"), key="a", at=NOON)
        other = hearing.record(member=ada, told=told("photo-sent"), key="b", at=NOON)

        assert (review.award["points"], other.award["points"]) == (7, 0)
        assert {"rule": "review", "why": "not-this-event"} in other.award["refused"]

    def test_gives_for_a_friend_who_joined(self, ada: Member):
        publish("friend", SURVEY | {"when": {"event": "referral-confirmed"}})

        event = hearing.record(member=ada, told=told("referral-confirmed"), key="a", at=NOON)

        assert event.award["points"] == 20

    def test_keeps_an_event_of_which_no_rule_speaks(self, ada: Member):
        event = hearing.record(member=ada, told=told("photo-sent"), key="a", at=NOON)

        assert MemberEvent.objects.get() == event
        assert event.award["points"] == 0
        assert Entry.objects.exists() is False

    def test_counts_each_member_within_the_limits_of_the_rule(self, ada: Member):
        limits = {"limits": {"per_member": {"month": {"times": 1}}}}
        publish("survey", SURVEY | limits)

        first = hearing.record(member=ada, told=told(), key="a", at=NOON)
        second = hearing.record(member=ada, told=told(), key="b", at=NOON)

        assert (first.award["points"], second.award["points"]) == (20, 0)

    def test_again_gives_nothing_more(self, ada: Member, rules: None):
        first = hearing.record(member=ada, told=told(), key="a", at=NOON)
        before = moved()

        again = hearing.record(member=ada, told=told(), key="a", at=NOON + timedelta(hours=1))

        assert (again, moved()) == (first, before)
        assert MemberEvent.objects.count() == 1

    @pytest.mark.parametrize(
        ("said", "refusal"),
        [
            (told("purchase"), ValidationFailed),
            (told("birthday"), ValidationFailed),
            (told("custom"), ValidationFailed),
            (told(occurred_at=NOON - timedelta(days=8)), OccurredAtOutOfWindow),
            (told(occurred_at=NOON + timedelta(hours=1)), OccurredAtOutOfWindow),
            (told(reference="nps-1"), DuplicateEvent),
        ],
    )
    def test_refuses_and_moves_nothing(self, ada: Member, rules: None, said, refusal):
        hearing.record(member=ada, told=told(reference="nps-1"), key="a", at=NOON)
        before = moved()

        with pytest.raises(refusal):
            hearing.record(member=ada, told=said, key="b", at=NOON)

        assert (moved(), MemberEvent.objects.count()) == (before, 1)

    def test_refuses_the_key_of_another_event_and_who_is_blocked(self, ada: Member, rules: None):
        hearing.record(member=ada, told=told(), key="a", at=NOON)
        before = moved()

        with pytest.raises(posting.KeyReused):
            hearing.record(member=ada, told=told("review-written"), key="a", at=NOON)
        blocking.block(member=ada, at=NOON, actor="usr_1")
        with pytest.raises(blocking.MemberBlocked):
            hearing.record(member=ada, told=told("review-written"), key="b", at=NOON)

        assert points_of(ada, at=NOON) == 20
        assert moved()[1] == before[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestTenAtOnce:
    def test_with_one_reference_are_recorded_once(self, ada: Member, rules: None):
        def tell(number: int) -> str:
            try:
                hearing.record(member=ada, told=told(reference="r"), key=f"k{number}", at=NOON)
            except DuplicateEvent as refusal:
                return refusal.code
            return "done"

        answers = at_once(tell, calls=10)

        assert sorted(answers) == ["done", *["duplicate-event"] * 9]
        assert points_of(ada, at=NOON) == 20
