"""Notes of staff about a member: kept, and destroyed without a trace."""

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.identity.models import User
from members import blocking, closing, noting
from members.models import Member, MemberNote
from tests.conftest import NOON


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create_user("clerk@example.org", is_staff=True)


class TestWrite:
    def test_keeps_who_wrote_what_and_when(self, ada: Member, clerk: User):
        note = noting.write(member=ada, text=" Prefers the phone. ", author=clerk, at=NOON)

        assert (note.text, note.author, note.written_at) == ("Prefers the phone.", clerk, NOON)

    @pytest.mark.parametrize("text", ["", "  \n", "x" * 1_001])
    def test_refuses_nothing_and_too_much(self, ada: Member, clerk: User, text: str):
        with pytest.raises(ValidationFailed):
            noting.write(member=ada, text=text, author=clerk, at=NOON)

        assert MemberNote.objects.exists() is False

    def test_refuses_who_has_left(self, ada: Member, clerk: User):
        gone = closing.close(member=ada, key="close", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            noting.write(member=gone, text="Hello", author=clerk, at=NOON)

        assert MemberNote.objects.exists() is False

    def test_refuses_who_left_while_it_was_written(self, ada: Member, clerk: User):
        closing.close(member=Member.objects.get(), key="close", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            noting.write(member=ada, text="Hello", author=clerk, at=NOON)

        assert MemberNote.objects.exists() is False


class TestErase:
    def test_leaves_nothing(self, ada: Member, clerk: User):
        note = noting.write(member=ada, text="Wrong", author=clerk, at=NOON)

        noting.erase(note=note)

        assert MemberNote.objects.exists() is False
