"""A case is opened once, is due by the working hours, and is told to whoever listens."""

from datetime import UTC, datetime, time, timedelta

import pytest

from loyalty.core.refusals import KeyReused, ValidationFailed
from loyalty.events.models import OutboxEvent
from members import blocking, closing, enrolling, opening
from members.forms import CaseSettingsForm
from members.models import Case, CaseKind, CaseMessage, CaseSettings, CaseState, Member, Side
from tests.conftest import NOON
from tests.members.twins import carer, merge, twin

__all__ = ["carer", "twin"]


def open_one(member: Member, **said: object) -> Case:
    told = {
        "kind": CaseKind.COMPLAINT, "subject": "Cold coffee", "body": "It was cold.", "at": NOON,
        "key": "k1",
    }  # fmt: skip
    return opening.open_case(member=member, **(told | said))


class TestOpenCase:
    def test_waits_for_an_answer_within_two_working_days(self, ada: Member):
        case = open_one(ada, source="survey")

        assert (case.state, case.kind, case.source) == (CaseState.OPEN, "COMPLAINT", "survey")
        # Noon on Tuesday, and 18 hours of 9 to 18.
        assert case.due_at == NOON + timedelta(days=2)
        message = CaseMessage.objects.get()
        assert (message.side, message.text, message.author) == (Side.MEMBER, "It was cold.", None)
        event = OutboxEvent.objects.get(name="case.opened")
        assert event.payload == {
            "case": case.public_id, "member": ada.public_id, "kind": "COMPLAINT",
            "source": "survey",
        }  # fmt: skip

    def test_opens_once_for_one_key(self, ada: Member):
        first = open_one(ada)

        again = open_one(ada, subject="Cold tea", at=NOON + timedelta(hours=1))

        assert (again, again.subject) == (first, "Cold coffee")
        assert OutboxEvent.objects.filter(name="case.opened").count() == 1
        assert CaseMessage.objects.count() == 1

    def test_refuses_the_key_of_another_member(self, ada: Member):
        open_one(ada)
        ben = enrolling.enrol(at=NOON, email="ben@example.org")

        with pytest.raises(KeyReused):
            open_one(ben)

        assert Case.objects.count() == 1

    @pytest.mark.parametrize(
        ("said", "pointer"),
        [
            ({"subject": " "}, "/subject"),
            ({"subject": "x" * 121}, "/subject"),
            ({"body": "\0\n"}, "/body"),
            ({"body": "x" * 4_001}, "/body"),
        ],
    )
    def test_refuses_nothing_and_too_much(self, ada: Member, said: dict[str, str], pointer: str):
        with pytest.raises(ValidationFailed) as refused:
            open_one(ada, **said)

        assert [error.pointer for error in refused.value.errors] == [pointer]
        assert Case.objects.exists() is False

    def test_keeps_plain_text_without_what_cannot_be_shown(self, ada: Member):
        open_one(ada, body=" One\u00a0!\r\n<b>two</b>\0\x07\u202e ")

        assert CaseMessage.objects.get().text == "One\u00a0!\n<b>two</b>"

    def test_takes_a_score_without_a_word(self, ada: Member):
        case = open_one(ada, kind=CaseKind.FEEDBACK, body="")

        assert case.messages.exists() is False

    def test_refuses_who_has_left(self, ada: Member):
        closing.close(member=ada, key="close", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            open_one(ada)

        assert Case.objects.exists() is False

    def test_is_the_survivors_of_a_merge_and_goes_along_in_one(
        self, ada: Member, twin: Member, carer
    ):
        before = open_one(twin)
        merge(twin, ada, carer)

        after = open_one(twin, key="k2")

        before.refresh_from_db()
        assert (before.member, after.member) == (ada, ada)


class TestAsk:
    def test_is_refused_at_the_sixth_in_a_day(self, ada: Member):
        told = {"kind": CaseKind.QUESTION, "subject": "When?", "body": "When do you open?"}
        for number in range(5):
            opening.ask(member=ada, key=f"k{number}", at=NOON, **told)

        with pytest.raises(opening.TooManyCases):
            opening.ask(member=ada, key="k5", at=NOON + timedelta(hours=23), **told)

        assert Case.objects.count() == 5
        again = opening.ask(member=ada, key="k4", at=NOON, **told)
        assert again.pk == Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
        opening.ask(member=ada, key="k5", at=NOON + timedelta(days=1), **told)
        assert Case.objects.count() == 6


class TestSettings:
    def test_say_when_a_case_is_due(self, ada: Member):
        set_ = {"weekdays": "23", "opens_at": time(8), "closes_at": time(13), "answer_hours": 4}
        CaseSettings.objects.filter(pk=1).update(**set_, holidays="2026-03-11")

        case = open_one(ada)

        # An hour on Tuesday; Wednesday is closed; three hours on the next Tuesday.
        assert case.due_at == datetime(2026, 3, 17, 10, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("weekdays", "holidays", "wrong"),
        [
            ("8", "", ["weekdays"]),
            ("12", "Christmas", ["holidays"]),
            ("5432", "2026-12-25\n\n2026-05-01\n", []),
        ],
    )
    def test_are_read_as_days(self, db: None, weekdays: str, holidays: str, wrong: list[str]):
        form = CaseSettingsForm(
            {"weekdays": weekdays, "holidays": holidays, "opens_at": "09:00",
             "closes_at": "18:00", "answer_hours": "9"}
        )  # fmt: skip

        assert sorted(form.errors) == wrong
        if not wrong:
            assert form.cleaned_data["weekdays"] == "2345"
            assert form.cleaned_data["holidays"] == "2026-05-01\n2026-12-25"
