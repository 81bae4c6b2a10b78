"""Eight at the same moment: a case is opened, answered and ended once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from loyalty.identity.roles import Role
from members import answering, opening, resolving
from members.models import Case, CaseKind, CaseMessage
from tests.conftest import NOON
from tests.members.staff import appoint
from tests.members.test_races import ada  # noqa: F401 (a programme that a race commits)
from tests.racing import PATIENCE, at_once

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

    def test_is_not_forgotten_while_somebody_reopens_it(self, ada):  # noqa: F811
        carer = appoint(Role.CUSTOMER_CARE)
        case = opening.open_case(
            member=ada, kind=CaseKind.COMPLAINT, subject="Cold", body="Cold.", at=NOON, key="one"
        )
        resolving.resolve(case=case, by=carer, seen=1, at=NOON)
        late = NOON + resolving.KEPT + timedelta(days=1)

        def purge() -> int:
            try:
                return resolving.purge(at=late)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                answering.reply(case=case, member=ada, text="Still.", key="r", at=late)
                assert thread.submit(purge).result(timeout=PATIENCE) == 0
            assert thread.submit(purge).result(timeout=PATIENCE) == 0

        case.refresh_from_db()
        assert (case.state, case.subject, CaseMessage.objects.count()) == ("OPEN", "Cold", 2)

    def test_lets_no_more_than_five_be_opened_in_a_day(self, ada):  # noqa: F811
        said = {"kind": CaseKind.QUESTION, "subject": "When", "body": "When?", "at": NOON}

        codes = at_once(
            lambda n: refused(lambda: opening.ask(member=ada, key=f"k{n}", **said)), calls=THREADS
        )

        assert sorted(codes) == [*[""] * 5, *["too-many-requests-opened"] * 3]
        assert Case.objects.count() == 5
