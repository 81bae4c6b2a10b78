from datetime import timedelta

import pytest
from django.db import transaction

from loyalty.events import outbox, relaying
from loyalty.events.models import Message
from members import correcting, enrolling, erasing
from members.models import Member
from tests.conftest import NOON
from tests.mailing.conftest import make_member

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def happen(name: str, member: Member, *, is_historic: bool = False, **facts: object) -> None:
    with transaction.atomic():
        payload = {"member": member.public_id, **facts}
        outbox.record(name, payload, at=NOON, is_historic=is_historic)


def owed() -> list[tuple[str, dict[str, object]]]:
    """Relay what happened and return what is owed by it."""
    while relaying.relay(at=NOON + HOUR):
        pass
    return list(Message.objects.order_by("pk").values_list("kind", "facts"))


def move(member: Member, before: str | None, after: str | None, **said: bool) -> None:
    happen("tier.changed", member, **{"from": before, "to": after}, **said)


class TestWelcome:
    def test_is_owed_to_whoever_joins(self, programme):
        member = enrolling.enrol(at=NOON, email="eve@example.org")

        assert owed() == [("WELCOME", {})]
        assert Message.objects.get().recipient == member.public_id

    def test_is_not_owed_for_history(self, ada: Member):
        assert owed() == []

    def test_is_owed_once_however_often_the_event_comes(self, programme):
        enrolling.enrol(at=NOON, email="eve@example.org")
        owed()
        outbox.OutboxEvent.objects.update(relayed_at=None, due_at=NOON)

        assert owed() == [("WELCOME", {})]

    @pytest.mark.parametrize("count", [2, 20])
    def test_takes_as_many_statements_for_many(
        self, programme, count: int, django_assert_num_queries
    ):
        for number in range(count):
            happen("member.enrolled", make_member(f"m{number}@example.org"))
        outbox.OutboxEvent.objects.filter(is_historic=True).delete()

        with django_assert_num_queries(12):
            relaying.relay(at=NOON)

        assert Message.objects.count() == count


class TestATier:
    @pytest.mark.parametrize(
        ("before", "after"), [(None, "silver"), (None, "gold"), ("silver", "gold")]
    )
    def test_is_told_when_it_is_higher(self, ada: Member, before, after):
        move(ada, before, after)

        assert owed() == [("TIER_UP", {"to": after})]

    @pytest.mark.parametrize(
        ("before", "after"),
        [("gold", "silver"), ("silver", None), ("silver", "silver"), (None, "unheard-of")],
    )
    def test_is_not_told_when_it_is_not(self, ada: Member, before, after):
        move(ada, before, after)

        assert owed() == []

    def test_is_not_told_of_history(self, ada: Member):
        move(ada, None, "silver", is_historic=True)

        assert owed() == []

    def test_reached_twice_in_a_life_is_told_twice(self, ada: Member):
        move(ada, None, "silver")
        move(ada, "silver", None)
        move(ada, None, "silver")

        assert owed() == [("TIER_UP", {"to": "silver"})] * 2


class TestRewards:
    def test_are_told_together_when_they_are_within_reach(self, ada: Member):
        told = [{"reward": "rew_1", "points": 80}, {"reward": "rew_2", "points": 90}]
        happen("reward.ready", ada, rewards=told)

        assert owed() == [("REWARD_READY", {"rewards": told})]


class TestChangedContacts:
    def test_are_told_by_ids_alone(self, ada: Member):
        identity = correcting.identity_of(ada)
        changed = correcting.Identity(**{**vars(identity), "email": "new@example.org"})
        correcting.correct(member=ada, identity=changed, at=NOON, actor="usr_1")

        ((kind, facts),) = owed()
        assert (kind, facts["fields"]) == ("CONTACT_CHANGED", ["email"])
        row = Member.history.get(history_id=facts["before"])
        assert row.email == "ada@example.org"


class TestErasure:
    def test_is_confirmed_and_so_is_undoing_it(self, ada: Member):
        asked = erasing.ask(member=ada, at=NOON, actor=ada.public_id)
        erasing.undo(member=ada, at=NOON + HOUR, actor=ada.public_id)

        assert owed() == [
            ("ERASURE_ASKED", {"due_at": asked.due_at.isoformat()}),
            ("ERASURE_UNDONE", {}),
        ]

    def test_done_forgets_that_anything_was_written(self, ada: Member):
        bob = make_member("bob@example.org")
        move(ada, None, "silver")
        move(bob, None, "silver")
        owed()

        happen("member.erased", ada)

        owed()
        assert Message.objects.get().recipient == bob.public_id


class TestRows:
    def test_hold_nothing_that_names_or_reaches_anybody(self, programme):
        member = enrolling.enrol(
            at=NOON, email="canary@example.org", phone="+33612345678", first_name="Canary"
        )
        move(member, None, "silver")
        happen("reward.ready", member, rewards=[{"reward": "rew_1", "points": 80}])
        owed()

        written = str(list(Message.objects.values())).lower()
        assert "canary" not in written
        assert "612345678" not in written
