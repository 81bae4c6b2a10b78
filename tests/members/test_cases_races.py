"""Eight at the same moment: a case is opened, answered and ended once."""

import pytest

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from loyalty.identity.roles import Role
from members import answering, opening, resolving
from members.models import Case, CaseKind, CaseMessage
from tests.conftest import NOON
from tests.members.staff import appoint
from tests.members.test_races import ada  # noqa: F401 (a programme that a race commits)
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
THREADS = 8


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"case.{name}").count()


def refused(work):
    """Do the work and say by which code it was refused, if it was."""
    try:
        work()
    except Refusal as refusal:
        return refusal.code
    return ""


class TestOneCase:
    def test_is_opened_answered_and_resolved_once(self, ada):  # noqa: F811
        staff = [appoint(Role.CUSTOMER_CARE, f"carer{n}") for n in range(THREADS)]
        said = {"kind": CaseKind.COMPLAINT, "subject": "Cold", "body": "It was cold.", "at": NOON}

        at_once(lambda _n: opening.ask(member=ada, key="one", **said), calls=THREADS)

        case = Case.objects.get()
        assert (told("opened"), CaseMessage.objects.count()) == (1, 1)

        codes = at_once(
            lambda n: refused(
                lambda: answering.answer(case=case, text="Sorry.", by=staff[n], seen=1, at=NOON)
            ),
            calls=THREADS,
        )

        assert sorted(codes) == ["", *["request-moved-on"] * 7]
        assert (told("answered"), case.messages.filter(side="STAFF").count()) == (1, 1)

        codes = at_once(
            lambda n: refused(lambda: resolving.resolve(case=case, by=staff[n], seen=2, at=NOON)),
            calls=THREADS,
        )

        assert sorted(codes) == ["", *["request-moved-on"] * 7]
        assert told("resolved") == 1

    def test_lets_no_more_than_five_be_opened_in_a_day(self, ada):  # noqa: F811
        said = {"kind": CaseKind.QUESTION, "subject": "When", "body": "When?", "at": NOON}

        codes = at_once(
            lambda n: refused(lambda: opening.ask(member=ada, key=f"k{n}", **said)), calls=THREADS
        )

        assert sorted(codes) == [*[""] * 5, *["too-many-requests-opened"] * 3]
        assert Case.objects.count() == 5
