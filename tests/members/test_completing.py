from dataclasses import replace

import pytest

from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme
from members import correcting, enrolling
from members.models import Member
from tests.conftest import NOON
from tests.members.builders import points_of, publish

WHOLE = {
    "first_name": "Grace", "last_name": "Hopper", "email": "grace@example.org",
    "phone": "+33612345678", "birthday": (12, 9),
}  # fmt: skip


@pytest.fixture
def gift(programme: Programme) -> None:
    said = {"event": "profile-completed"}
    publish("profile", {"when": said, "then": {"give": "fixed", "points": 25}})


def correct(member: Member, **changes: object) -> None:
    member.refresh_from_db()
    identity = replace(correcting.identity_of(member), **changes)
    correcting.correct(member=member, identity=identity, at=NOON, actor="")


class TestACompleteProfile:
    def test_gives_at_enrolment_when_all_is_told(self, gift: None):
        grace = enrolling.enrol(at=NOON, **WHOLE)

        assert points_of(grace, at=NOON) == 25
        entry = Entry.objects.get()
        assert (entry.reference, entry.reason) == ("profile-completed",) * 2

    def test_gives_when_what_was_missing_is_told_and_never_again(self, gift: None):
        grace = enrolling.enrol(at=NOON, **WHOLE | {"birthday": None})

        correct(grace, first_name="Gracie")
        before = points_of(grace, at=NOON)
        correct(grace, birthday=(12, 9))
        correct(grace, phone=None)
        correct(grace, phone="+33612345678")

        assert (before, points_of(grace, at=NOON)) == (0, 25)
        assert Entry.objects.count() == 1

    def test_gives_nothing_where_no_rule_speaks_of_it(self, programme: Programme):
        grace = enrolling.enrol(at=NOON, **WHOLE | {"birthday": None})

        correct(grace, birthday=(12, 9))

        assert Entry.objects.exists() is False
