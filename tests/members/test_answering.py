"""A case is answered once, goes back and forth, ends, and may begin again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.core.refusals import ValidationFailed
from loyalty.events.models import OutboxEvent
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store
from members import (
    answering,
    blocking,
    closing,
    enrolling,
    erasing,
    opening,
    owning,
    resolving,
)
from members.models import Case, CaseKind, CaseMessage, CaseNote, CaseState, Member
from tests.conftest import NOON
from tests.members.staff import appoint

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def carer(programme: object) -> User:
    return appoint(Role.CUSTOMER_CARE)


@pytest.fixture
def case(ada: Member) -> Case:
    return opening.open_case(
        member=ada, kind=CaseKind.COMPLAINT, subject="Cold", body="It was cold.", at=NOON, key="k"
    )


def told() -> list[str]:
    names = OutboxEvent.objects.filter(name__startswith="case.").order_by("pk")
    return [name.removeprefix("case.") for name in names.values_list("name", flat=True)]


def unmoved(case: Case) -> bool:
    """Say whether nothing was done to a case since it was read."""
    now = Case.objects.get(pk=case.pk)
    return (now.version, now.state, now.messages.count()) == (case.version, case.state, 1)


class TestAnswer:
    def test_waits_for_the_member_and_counts_working_minutes(self, case: Case, carer: User):
        done = answering.answer(case=case, text="Sorry!", by=carer, seen=1, at=NOON + DAY + HOUR)

        assert (done.state, done.owner, done.version) == (CaseState.WAITING, carer, 2)
        # From noon to 18, and from 9 to 13.
        assert (done.first_answered_at, done.answer_minutes) == (NOON + DAY + HOUR, 600)
        said = CaseMessage.objects.get(side="STAFF")
        assert (said.text, said.author) == ("Sorry!", carer)
        event = OutboxEvent.objects.get(name="case.answered")
        assert event.payload["message"] == said.pk

    def test_keeps_the_first_owner_and_the_first_answer(self, case: Case, carer: User):
        answering.answer(case=case, text="One.", by=carer, seen=1, at=NOON + HOUR)

        done = answering.answer(
            case=case, text="Two.", by=appoint(Role.ADMINISTRATOR), seen=2, at=NOON + 2 * HOUR
        )

        assert (done.owner, done.answer_minutes) == (carer, 60)

    def test_resolves_with_it(self, case: Case, carer: User):
        done = answering.answer(
            case=case, text="Done.", by=carer, seen=1, at=NOON + HOUR, resolves=True
        )

        assert (done.state, done.resolved_at) == (CaseState.RESOLVED, NOON + HOUR)
        assert (done.first_resolved_at, done.resolution_minutes) == (NOON + HOUR, 60)
        assert told() == ["opened", "answered", "resolved"]

    def test_refuses_who_has_not_read_what_was_said_since(self, case: Case, carer: User):
        answering.reply(case=case, member=case.member, text="Well?", key="r", at=NOON)
        case.refresh_from_db()

        with pytest.raises(answering.CaseMovedOn):
            answering.answer(case=case, text="Sorry!", by=carer, seen=1, at=NOON)

        assert CaseMessage.objects.count() == 2
        assert told() == ["opened"]

    def test_refuses_what_is_resolved_or_says_nothing(self, case: Case, carer: User):
        with pytest.raises(ValidationFailed):
            answering.answer(case=case, text=" ", by=carer, seen=1, at=NOON)
        assert unmoved(case)
        case = resolving.resolve(case=case, by=carer, seen=1, at=NOON)

        with pytest.raises(answering.CaseResolved):
            answering.answer(case=case, text="Sorry!", by=carer, seen=2, at=NOON)

        assert unmoved(case)

    @pytest.mark.parametrize("role", [Role.MARKETING, Role.AUDITOR, Role.ANALYST, Role.CASHIER])
    def test_refuses_roles_that_do_not_answer(self, case: Case, role: Role):
        with pytest.raises(permitting.NotPermitted):
            answering.answer(case=case, text="Sorry!", by=appoint(role), seen=1, at=NOON)

        assert unmoved(case)

    def test_refuses_a_manager_of_other_stores(self, case: Case):
        nice = Store.objects.create(code="nice", name="Nice")
        manager = appoint(Role.STORE_MANAGER, stores=(nice,))

        with pytest.raises(answering.CaseNotFound):
            answering.answer(case=case, text="Sorry!", by=manager, seen=1, at=NOON)

        assert unmoved(case)

    def test_refuses_who_would_answer_themselves(self, case: Case, carer: User):
        User.objects.filter(pk=carer.pk).update(email="ada@example.org")

        with pytest.raises(owning.OwnCard):
            answering.answer(
                case=case, text="Sorry!", by=User.objects.get(pk=carer.pk), seen=1, at=NOON
            )

        assert unmoved(case)


class TestReply:
    def test_waits_for_us_again(self, case: Case, carer: User):
        answering.answer(case=case, text="When?", by=carer, seen=1, at=NOON)

        done = answering.reply(case=case, member=case.member, text="Now.", key="r", at=NOON + DAY)

        assert (done.state, done.version) == (CaseState.OPEN, 3)
        assert done.due_at == NOON + 3 * DAY

    def test_reopens_what_was_resolved(self, case: Case, carer: User):
        answering.answer(case=case, text="So.", by=carer, seen=1, at=NOON + HOUR, resolves=True)

        done = answering.reply(case=case, member=case.member, text="No!", key="r", at=NOON + DAY)

        assert (done.state, done.reopened) == (CaseState.OPEN, 1)
        assert (done.resolved_at, done.first_resolved_at) == (None, NOON + HOUR)
        assert told() == ["opened", "answered", "resolved", "reopened"]

    def test_does_not_hurry_what_waits_for_us(self, case: Case):
        done = answering.reply(case=case, member=case.member, text="Well?", key="r", at=NOON + DAY)

        assert done.due_at == NOON + 2 * DAY

    def test_is_written_once_for_one_key(self, case: Case):
        for text in ("Well?", "Well??"):
            answering.reply(case=case, member=case.member, text=text, key="r", at=NOON)

        assert list(case.messages.values_list("text", flat=True)) == ["It was cold.", "Well?"]

    def test_refuses_another_member_and_who_has_left(self, case: Case, ada: Member):
        ben = enrolling.enrol(at=NOON, email="ben@example.org")
        with pytest.raises(answering.CaseNotFound):
            answering.reply(case=case, member=ben, text="Mine!", key="r", at=NOON)
        closing.close(member=ada, key="close", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            answering.reply(case=case, member=ada, text="Well?", key="r", at=NOON)

        assert unmoved(case)

    def test_is_refused_after_twenty_messages_in_a_day(self, case: Case):
        for number in range(19):
            answering.reply(case=case, member=case.member, text="?", key=f"r{number}", at=NOON)

        with pytest.raises(answering.TooManyMessages):
            answering.reply(case=case, member=case.member, text="?", key="r19", at=NOON)

        assert case.messages.count() == 20


class TestNote:
    def test_is_kept_apart_from_what_the_member_reads(self, case: Case, carer: User):
        note = answering.note(case=case, text="Calls often.", by=carer, at=NOON)

        assert (note.text, note.author) == ("Calls often.", carer)
        assert unmoved(case)

    def test_is_not_for_who_may_not_answer(self, case: Case):
        with pytest.raises(permitting.NotPermitted):
            answering.note(case=case, text="Hm.", by=appoint(Role.AUDITOR), at=NOON)

        assert CaseNote.objects.exists() is False


class TestTake:
    def test_gives_a_case_an_owner_once_seen(self, case: Case, carer: User):
        other = appoint(Role.ADMINISTRATOR)
        taken = resolving.take(case=case, by=carer, seen=1)

        with pytest.raises(answering.CaseMovedOn):
            resolving.take(case=case, by=other, seen=1)

        assert (taken.owner, Case.objects.get().owner) == (carer, carer)
        assert resolving.take(case=case, by=carer, seen=2).version == 2
        assert resolving.take(case=case, by=other, seen=2).owner == other


class TestResolveAndReopen:
    def test_end_a_case_and_begin_it_again(self, case: Case, carer: User):
        done = resolving.resolve(case=case, by=carer, seen=1, at=NOON + DAY)
        assert (done.state, done.resolution_minutes) == (CaseState.RESOLVED, 540)
        with pytest.raises(answering.CaseResolved):
            resolving.resolve(case=done, by=carer, seen=2, at=NOON + DAY)

        again = resolving.reopen(case=done, by=carer, seen=2, at=NOON + 2 * DAY)

        assert (again.state, again.reopened, again.resolution_minutes) == ("OPEN", 1, None)
        assert resolving.reopen(case=again, by=carer, seen=3, at=NOON + 2 * DAY).reopened == 1
        assert told() == ["opened", "resolved", "reopened"]


class TestErasure:
    def test_leaves_that_there_was_a_case_and_nothing_that_was_said(self, case: Case, carer: User):
        answering.note(case=case, text="Calls often.", by=carer, at=NOON)
        erasing.ask(member=case.member, at=NOON, actor="test")

        erasing.erase_due(at=NOON + 3 * DAY)

        case.refresh_from_db()
        assert (case.kind, case.subject, case.state) == ("COMPLAINT", "", CaseState.RESOLVED)
        assert (case.resolved_at, case.resolution_minutes) == (NOON + 3 * DAY, None)
        assert (CaseMessage.objects.count(), CaseNote.objects.count()) == (0, 0)


class TestPurge:
    def test_forgets_what_was_said_three_years_after_the_end(self, case: Case, carer: User):
        answering.note(case=case, text="Calls often.", by=carer, at=NOON)
        resolving.resolve(case=case, by=carer, seen=1, at=NOON)
        young = opening.open_case(
            member=case.member, kind=CaseKind.QUESTION, subject="Hours", body="When?", at=NOON,
            key="young",
        )  # fmt: skip

        assert resolving.purge(at=NOON + resolving.KEPT) == 0
        assert resolving.purge(at=NOON + resolving.KEPT + HOUR) == 1
        assert resolving.purge(at=NOON + resolving.KEPT + HOUR) == 0

        case.refresh_from_db()
        assert (case.subject, case.kind, CaseNote.objects.count()) == ("", "COMPLAINT", 0)
        assert list(CaseMessage.objects.values_list("case", flat=True)) == [young.pk]

    def test_lets_nobody_write_into_what_is_forgotten(self, case: Case, carer: User):
        resolving.resolve(case=case, by=carer, seen=1, at=NOON)
        late = NOON + resolving.KEPT + HOUR
        assert resolving.purge(at=late) == 1

        with pytest.raises(answering.CaseForgotten):
            answering.reply(case=case, member=case.member, text="Well?", key="r", at=late)
        with pytest.raises(answering.CaseForgotten):
            resolving.reopen(case=case, by=carer, seen=2, at=late)
        with pytest.raises(answering.CaseForgotten):
            answering.note(case=case, text="Called again.", by=carer, at=late)

        case.refresh_from_db()
        assert (case.state, case.version, case.reopened) == (CaseState.RESOLVED, 2, 0)
        assert (CaseMessage.objects.count(), CaseNote.objects.count()) == (0, 0)

    @pytest.mark.postgresql
    def test_reads_nothing_that_was_forgotten_before(self, case: Case, carer: User):
        resolving.resolve(case=case, by=carer, seen=1, at=NOON)
        Case.objects.bulk_create(
            Case(
                public_id=f"cas_{n}", key=f"old-{n}", member=case.member, kind=CaseKind.QUESTION,
                state=CaseState.RESOLVED, opened_at=NOON, due_at=NOON, resolved_at=NOON - DAY,
            )
            for n in range(500)
        )  # fmt: skip

        with CaptureQueriesContext(connection) as captured, connection.cursor() as cursor:
            cursor.execute("ANALYZE members_case")
            assert resolving.purge(at=NOON + resolving.KEPT + HOUR) == 1

        chosen = next(one["sql"] for one in captured if 'FROM "members_case"' in one["sql"])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {chosen}")
            plan = " ".join(row[0] for row in cursor.fetchall())
        assert "members_case_to_forget" in plan
