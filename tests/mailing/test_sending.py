import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty import tasks
from loyalty.core.clocks import Clock
from loyalty.events import dispatching
from loyalty.events.models import Message, MessageKind
from loyalty.mailing import sending
from members import blocking, closing, consenting
from members.models import Member
from tests.conftest import NOON
from tests.mailing import offices
from tests.mailing.conftest import Send, agree, ends, give, make_member, owe, told_of

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LEASE = timedelta(minutes=10)


@pytest.fixture
def office(settings) -> type[offices.Office]:
    settings.EMAIL_BACKEND = f"{offices.HERE}.Office"
    offices.Office.opened = offices.Office.closed = 0
    offices.Slow.before.clear()
    return offices.Office


class TestSending:
    def test_hands_over_once(self, ada: Member, send: Send):
        owe(ada, MessageKind.WELCOME)

        assert [one.to for one in send()] == [["ada@example.org"]]
        assert send() == send(at=NOON + DAY) == []

        message = Message.objects.get()
        assert (message.state, message.language, message.attempts) == ("SENT", "fr", 1)

    def test_goes_to_the_address_of_the_moment(self, ada: Member, send: Send):
        owe(ada, MessageKind.WELCOME)
        ada.email, ada.language = "new@example.org", "en"
        ada.save()

        (one,) = send()

        assert (one.to, one.subject) == (["new@example.org"], "Welcome to L'Atelier")
        assert Message.objects.get().language == "en"

    def test_opens_one_connection_for_a_round(self, programme, office):
        for number in range(5):
            owe(make_member(f"m{number}@example.org"), MessageKind.WELCOME, str(number))

        assert sending.send(at=NOON) == 5

        assert (office.opened, office.closed) == (1, 1)

    def test_opens_none_for_nothing(self, programme, office):
        assert sending.send(at=NOON) == 0
        assert office.opened == 0

    def test_takes_no_more_than_the_limit_in_however_many_rounds(
        self, programme, send: Send, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(sending, "_ROUND", 2)
        for number in range(5):
            owe(make_member(f"m{number}@example.org"), MessageKind.WELCOME, str(number))

        assert sending.send(at=NOON, limit=3) == 3
        assert sending.send(at=NOON, limit=3) == 2

    def test_gives_back_what_takes_too_long(self, programme, office):
        for number in range(3):
            owe(make_member(f"m{number}@example.org"), MessageKind.WELCOME, str(number))
        held = dispatching.take(at=NOON, limit=9)
        late = Clock(NOON)
        late._started -= 181

        assert sending.send_round(held=held, clock=late) == 0

        assert [state for _kind, state, _reason in ends()] == ["WAITING"] * 3
        assert len(dispatching.take(at=NOON + 4 * MINUTE, limit=9).messages) == 3

    def test_is_a_task_of_the_schedule(self, ada: Member, mailoutbox, time_machine):
        time_machine.move_to(NOON, tick=False)
        owe(ada, MessageKind.WELCOME)

        tasks.send_messages()
        tasks.send_some()

        assert len(mailoutbox) == 1


class TestWhoGetsNothing:
    def test_has_left_or_is_blocked(self, ada: Member, send: Send):
        bob = make_member("bob@example.org")
        owe(ada, MessageKind.WELCOME, "1")
        owe(bob, MessageKind.WELCOME, "2")
        closing.close(member=ada, key="k", at=NOON)
        blocking.block(member=bob, at=NOON, actor="usr_1")

        assert send() == []
        assert ends() == [("WELCOME", "SKIPPED", "NOT_ACTIVE")] * 2

    def test_has_no_address(self, programme, send: Send):
        owe(make_member(None), MessageKind.WELCOME)

        assert send() == []
        assert ends() == [("WELCOME", "SKIPPED", "NO_ADDRESS")]


class TestAdvertising:
    @pytest.fixture
    def ready(self, ada: Member, coffee) -> Message:
        give(ada, 100, until=NOON + 90 * DAY)
        agree(ada)
        return owe(ada, MessageKind.REWARD_READY, rewards=told_of(coffee))

    def test_goes_to_who_agreed(self, ready: Message, send: Send):
        assert [one.subject for one in send()] == ["À portée de main : Un café offert"]

    def test_needs_a_consent_in_force_when_it_is_sent(self, ready, ada: Member, send: Send):
        consenting.withdraw(member=ada, channel="EMAIL", purpose="MARKETING", at=NOON)

        assert send() == []
        assert ends() == [("REWARD_READY", "SKIPPED", "NO_CONSENT")]

    def test_needs_a_consent_at_all(self, ada: Member, coffee, send: Send):
        give(ada, 100, until=NOON + 90 * DAY)
        owe(ada, MessageKind.REWARD_READY, rewards=told_of(coffee))

        assert send() == []
        assert ends() == [("REWARD_READY", "SKIPPED", "NO_CONSENT")]

    def test_stops_for_a_consent_withdrawn_while_others_are_sent(
        self, ready, ada: Member, office, settings
    ):
        settings.EMAIL_BACKEND = f"{offices.HERE}.Slow"
        first = owe(make_member("first@example.org"), MessageKind.WELCOME)
        Message.objects.filter(pk=first.pk).update(due_at=NOON - MINUTE)
        offices.Slow.before.append(
            lambda: consenting.withdraw(member=ada, channel="EMAIL", purpose="MARKETING", at=NOON)
        )

        assert sending.send(at=NOON) == 1

        assert [one.to for one in mail.outbox] == [["first@example.org"]]
        assert ends()[0] == ("REWARD_READY", "SKIPPED", "NO_CONSENT")

    def test_asks_no_consent_for_what_must_be_known(self, ada: Member, send: Send):
        owe(ada, MessageKind.WELCOME)

        assert len(send()) == 1


class TestADeadSender:
    @pytest.fixture
    def killed(self, ada: Member, coffee, settings) -> None:
        give(ada, 100, until=NOON + 90 * DAY)
        agree(ada)
        settings.EMAIL_BACKEND = f"{offices.HERE}.Killed"

    def die(self) -> None:
        with pytest.raises(SystemExit):
            sending.send(at=NOON)

    def test_leaves_one_in_doubt_and_the_others_waiting(self, killed, ada: Member):
        for number in range(3):
            owe(ada, MessageKind.WELCOME, str(number))

        self.die()

        assert [state for _kind, state, _reason in ends()] == ["SENDING", "WAITING", "WAITING"]

    def test_keeps_others_away_until_its_lease_lapses(self, killed, ada: Member, send: Send):
        owe(ada, MessageKind.WELCOME)
        self.die()

        assert dispatching.take(at=NOON + LEASE - MINUTE, limit=9).taken == 0

    def test_has_what_must_be_known_sent_again_as_the_same(self, killed, ada: Member, settings):
        owe(ada, MessageKind.WELCOME)
        self.die()
        settings.EMAIL_BACKEND = f"{offices.HERE}.Office"

        sending.send(at=NOON + LEASE + MINUTE)

        first, second = mail.outbox
        assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
        assert Message.objects.get().attempts == 2
        assert Message.objects.get().state == "SENT"

    def test_has_advertising_given_up_for_staff_to_see(
        self, killed, ada: Member, coffee, settings
    ):
        owe(ada, MessageKind.REWARD_READY, rewards=told_of(coffee))
        self.die()
        settings.EMAIL_BACKEND = f"{offices.HERE}.Office"

        sending.send(at=NOON + LEASE + MINUTE)

        assert len(mail.outbox) == 1
        assert ends() == [("REWARD_READY", "FAILED", "INTERRUPTED")]


class TestAServerThatFails:
    def test_is_asked_again_in_a_minute(self, ada: Member, settings, mailoutbox):
        settings.EMAIL_BACKEND = f"{offices.HERE}.Down"
        owe(ada, MessageKind.WELCOME)

        assert sending.send(at=NOON) == 0

        message = Message.objects.get()
        assert (message.state, message.attempts) == ("WAITING", 0)
        assert NOON + MINUTE <= message.due_at < NOON + 2 * MINUTE
        settings.EMAIL_BACKEND = f"{offices.HERE}.Office"
        assert sending.send(at=NOON + 2 * MINUTE) == 1

    def test_for_three_days_leaves_it_to_staff(self, ada: Member, settings):
        settings.EMAIL_BACKEND = f"{offices.HERE}.Down"
        owe(ada, MessageKind.WELCOME)
        sending.send(at=NOON)

        sending.send(at=NOON + 3 * DAY)

        assert ends() == [("WELCOME", "FAILED", "TOO_LATE")]
        assert Message.objects.failed().count() == 1


class TestALetterThatFails:
    @pytest.fixture(autouse=True)
    def troubled(self, settings) -> None:
        settings.EMAIL_BACKEND = f"{offices.HERE}.Troubled"

    def write(self, *addresses: str) -> None:
        for address in addresses:
            owe(make_member(address), MessageKind.WELCOME, address)

    def test_is_tried_again_after_a_pause_and_keeps_nobody_waiting(self, programme):
        self.write("later@example.org", "ada@example.org")

        assert sending.send(at=NOON) == 1

        assert ends() == [("WELCOME", "WAITING", ""), ("WELCOME", "SENT", "")]
        late = Message.objects.get(state="WAITING")
        assert NOON + MINUTE / 2 <= late.due_at <= NOON + 2 * MINUTE
        assert late.last_error.startswith("SMTPDataError at ")

    def test_to_an_address_that_does_not_exist_is_given_up(self, programme):
        self.write("nobody@example.org", "full@example.org")

        sending.send(at=NOON)

        assert ends() == [("WELCOME", "FAILED", "REFUSED"), ("WELCOME", "WAITING", "")]

    def test_when_the_server_goes_stops_the_round(self, programme):
        self.write("cut@example.org", "ada@example.org")

        assert sending.send(at=NOON) == 0

        cut, other = Message.objects.order_by("pk")
        assert (cut.state, cut.attempts, other.state, other.attempts) == (
            *("WAITING", 1),
            *("WAITING", 0),
        )

    def test_that_cannot_be_written_stops_no_other(self, programme, settings):
        settings.EMAIL_BACKEND = f"{offices.HERE}.Office"
        self.write("bad@example.org", "ada@example.org")
        Member.objects.filter(email="bad@example.org").update(email="two\nlines@example.org")

        assert sending.send(at=NOON) == 1

        assert ends() == [("WELCOME", "WAITING", ""), ("WELCOME", "SENT", "")]
        assert Message.objects.first().last_error.startswith("BadHeaderError at ")

    def test_is_logged_by_id_alone(self, programme, caplog):
        self.write("nobody@example.org", "later@example.org", "cut@example.org")

        with caplog.at_level(logging.DEBUG):
            sending.send(at=NOON)

        assert "SMTPRecipientsRefused" in caplog.text
        assert "msg_" in caplog.text
        assert "example.org" not in caplog.text
        written = str(list(Message.objects.values("last_error", "recipient", "facts")))
        assert "example.org" not in written


class TestWhatItCosts:
    def statements(self, count: int, kind: MessageKind, **facts: object) -> tuple[int, int]:
        for number in range(count):
            member = make_member(f"m{count}-{number}@example.org")
            give(member, 100, until=NOON + 30 * DAY)
            agree(member)
            owe(member, kind, f"{count}-{number}", **facts)
        with CaptureQueriesContext(connection) as seen:
            assert sending.send(at=NOON) == count
        reads = [one for one in seen if one["sql"].startswith("SELECT")]
        writes = [one for one in seen if one["sql"].startswith("UPDATE")]
        return len(reads), len(writes)

    @pytest.mark.parametrize(
        "kind", [MessageKind.WELCOME, MessageKind.EXPIRY_30, MessageKind.REWARD_READY]
    )
    def test_reads_the_same_for_many_and_writes_twice_for_each(
        self, programme, coffee, kind: MessageKind
    ):
        facts = {"day": "2026-04-09", "rewards": told_of(coffee)}

        few_reads, few_writes = self.statements(2, kind, **facts)
        reads, writes = self.statements(20, kind, **facts)

        assert reads == few_reads
        assert (few_writes, writes) == (2 * 2 + 1, 2 * 20 + 1)
