from datetime import timedelta

import pytest

from loyalty.events import dispatching, purging
from loyalty.events.dispatching import Notice
from loyalty.events.models import Message, MessageKind, MessageReason, MessageState
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=10)
DAY = timedelta(days=1)


def notice(key: str = "1", **said) -> Notice:
    said.setdefault("recipient", "mem_ada")
    said.setdefault("kind", MessageKind.WELCOME)
    said.setdefault("at", NOON)
    return Notice(key=key, **said)


def put(*keys: str) -> list[Message]:
    dispatching.put(notices=[notice(key) for key in keys])
    return list(Message.objects.order_by("pk"))


def state() -> tuple[str, str]:
    message = Message.objects.get()
    return message.state, message.reason


class TestPutting:
    def test_owes_one_message_for_each_cause(self):
        assert dispatching.put(notices=[notice("1"), notice("2"), notice("1")]) == 2
        assert dispatching.put(notices=[notice("2"), notice("3")]) == 1
        assert Message.objects.count() == 3

    def test_tells_kinds_apart(self):
        put("1")

        assert dispatching.put(notices=[notice("1", kind=MessageKind.TIER_UP)]) == 1

    def test_keeps_ids_days_and_figures(self):
        dispatching.put(notices=[notice(facts={"day": "2026-04-01"})])

        message = Message.objects.get()
        assert (message.recipient, message.facts) == ("mem_ada", {"day": "2026-04-01"})
        assert (message.state, message.created_at, message.due_at) == ("WAITING", NOON, NOON)
        assert message.public_id.startswith("msg_")

    @pytest.mark.parametrize("count", [2, 20])
    def test_takes_two_statements_however_many(self, count: int, django_assert_num_queries):
        with django_assert_num_queries(2):
            dispatching.put(notices=[notice(str(n)) for n in range(count)])


class TestTaking:
    def test_leases_what_is_due_to_one_sender(self):
        put("1", "2", "3")

        held = dispatching.take(at=NOON, limit=2)

        assert [message.key for message in held.messages] == ["WELCOME:1", "WELCOME:2"]
        assert (held.taken, held.leased_until) == (2, NOON + LEASE)
        assert len(dispatching.take(at=NOON, limit=9).messages) == 1
        assert dispatching.take(at=NOON + LEASE - MINUTE, limit=9).messages == []

    def test_leaves_what_is_not_due(self):
        dispatching.put(notices=[notice(due_at=NOON + MINUTE)])

        assert dispatching.take(at=NOON, limit=9).messages == []
        assert len(dispatching.take(at=NOON + MINUTE, limit=9).messages) == 1

    def test_takes_again_what_a_dead_sender_held(self):
        put("1")
        dispatching.take(at=NOON, limit=9)

        assert len(dispatching.take(at=NOON + LEASE, limit=9).messages) == 1

    def test_gives_up_after_three_days(self):
        put("1")

        held = dispatching.take(at=NOON + 3 * DAY, limit=9)

        assert (held.messages, held.taken) == ([], 1)
        assert state() == ("FAILED", "TOO_LATE")
        assert dispatching.take(at=NOON + 4 * DAY, limit=9).taken == 0

    @pytest.mark.parametrize("count", [2, 20])
    def test_takes_two_statements_however_many(self, count: int, django_assert_num_queries):
        put(*(str(n) for n in range(count)))

        with django_assert_num_queries(4):  # A savepoint and its end among them.
            dispatching.take(at=NOON, limit=50)


class TestClaiming:
    def test_is_for_whoever_holds_it(self):
        (message,) = put("1")
        first = dispatching.take(at=NOON, limit=1)
        second = dispatching.take(at=NOON + LEASE, limit=1)

        assert dispatching.claim(message=message, held=first) is False
        assert dispatching.claim(message=message, held=second) is True
        assert Message.objects.get().state == "SENDING"
        assert Message.objects.get().attempts == 1

    def test_of_what_was_sent_is_refused(self):
        (message,) = put("1")
        held = dispatching.take(at=NOON, limit=1)
        dispatching.claim(message=message, held=held)
        dispatching.mark_sent(message=message, held=held, language="fr", at=NOON)

        assert dispatching.claim(message=message, held=held) is False
        assert state() == ("SENT", "")


class TestTheEnd:
    def test_is_written_by_whoever_still_holds_it(self):
        (message,) = put("1")
        first = dispatching.take(at=NOON, limit=1)
        second = dispatching.take(at=NOON + LEASE, limit=1)

        dispatching.mark_sent(message=message, held=first, language="fr", at=NOON)
        assert Message.objects.get().state == "WAITING"
        dispatching.mark_sent(message=message, held=second, language="en", at=NOON + LEASE)

        sent = Message.objects.get()
        assert (sent.state, sent.language, sent.sent_at) == ("SENT", "en", NOON + LEASE)

    def test_is_for_good_once_left_out(self):
        put("1")
        held = dispatching.take(at=NOON, limit=1)
        dispatching.leave_out(messages=held.messages, held=held, reason=MessageReason.NO_CONSENT)

        assert state() == ("SKIPPED", "NO_CONSENT")
        assert dispatching.take(at=NOON + DAY, limit=9).taken == 0


class TestPostponing:
    def test_waits_longer_each_time_up_to_four_hours(self):
        (message,) = put("1")
        pauses = []
        at = NOON
        for _ in range(12):
            held = dispatching.take(at=at, limit=1)
            (message,) = held.messages
            dispatching.claim(message=message, held=held)
            dispatching.postpone(message=message, held=held, error="SMTPDataError", at=at)
            due_at = Message.objects.get().due_at
            pauses.append(due_at - at)
            at = due_at

        for number, pause in enumerate(pauses):
            longest = min(MINUTE * 2**number, timedelta(hours=4))
            assert longest / 2 <= pause <= longest
        assert Message.objects.get().last_error == "SMTPDataError"


class TestResending:
    def test_owes_again_what_failed_and_nothing_else(self):
        put("1", "2")
        Message.objects.filter(key="WELCOME:1").update(state=MessageState.FAILED, attempts=7)

        assert dispatching.resend(messages=Message.objects.all(), at=NOON + 9 * DAY) == 1

        again = Message.objects.get(key="WELCOME:1")
        assert (again.state, again.reason, again.attempts) == ("WAITING", "", 0)
        assert (again.due_at, again.give_up_at) == (NOON + 9 * DAY, NOON + 12 * DAY)


class TestForgetting:
    def test_takes_what_ended_more_than_thirteen_months_ago(self):
        put("old", "open", "new")
        ended = {"state": MessageState.SKIPPED, "reason": MessageReason.OVERTAKEN}
        Message.objects.exclude(key="WELCOME:open").update(**ended)
        Message.objects.filter(key="WELCOME:new").update(created_at=NOON + DAY)

        assert purging.purge_messages(at=NOON + 401 * DAY - MINUTE) == 1
        assert sorted(Message.objects.values_list("key", flat=True)) == [
            "WELCOME:new",
            "WELCOME:open",
        ]

    def test_takes_all_of_somebody_who_was_erased(self):
        put("1", "2")
        dispatching.put(notices=[notice("3", recipient="mem_bob")])

        assert purging.forget(recipient="mem_ada") == 2
        assert Message.objects.get().recipient == "mem_bob"


class TestRecipients:
    def test_find_theirs_newest_first(self):
        dispatching.put(notices=[notice("1"), notice("2", at=NOON + DAY)])
        dispatching.put(notices=[notice("3", recipient="mem_bob")])

        mine = Message.objects.for_recipient("mem_ada")

        assert [message.key for message in mine] == ["WELCOME:2", "WELCOME:1"]
