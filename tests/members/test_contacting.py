from datetime import timedelta

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.identity import codes
from loyalty.identity.codes import Verdict
from loyalty.identity.models import EmailedCode
from members import contacting, enrolling
from members.contacting import EMAIL, PHONE
from members.identifying import IdentifierTaken
from members.models import Member
from tests.conftest import NOON


def ask(member: Member, kind: str, value: str) -> EmailedCode:
    return contacting.ask(
        member=member, kind=kind, value=value, language="fr", origin="10.0.0.1", at=NOON
    )


def confirm(member: Member, code: EmailedCode, digits: str = "", **said: timedelta):
    at = NOON + said.get("after", timedelta())
    typed = digits or codes.digits_of(code)
    return contacting.confirm(member=member, code_id=code.public_id, digits=typed, at=at)


class TestAsk:
    def test_sends_the_code_to_the_new_e_mail(self, ada: Member):
        code = ask(ada, EMAIL, " Ada@New.Example ")

        assert code.address == "ada@new.example"
        ada.refresh_from_db()
        assert ada.email == "ada@example.org"

    def test_sends_the_code_of_a_phone_to_the_e_mail_there_is(self, ada: Member):
        code = ask(ada, PHONE, "06 12 34 56 78")

        assert code.address == "ada@example.org"
        wanted = contacting.get_wanted(member=ada, code_id=code.public_id)
        assert wanted is not None
        assert (wanted.kind, wanted.value) == ("phone", "+33612345678")

    def test_does_not_say_whether_somebody_has_the_address(self, ada: Member):
        enrolling.enrol(at=NOON, email="grace@example.org")

        free, taken = ask(ada, EMAIL, "free@example.org"), ask(ada, EMAIL, "grace@example.org")

        assert (free.tries, free.sendings) == (taken.tries, taken.sendings)
        assert taken.expires_at == NOON + timedelta(minutes=10)

    @pytest.mark.parametrize("value", ["ada@example.org", ""])
    def test_refuses_what_changes_nothing(self, ada: Member, value: str):
        with pytest.raises(contacting.NothingToChange):
            ask(ada, EMAIL, value)

        assert EmailedCode.objects.exists() is False

    def test_refuses_what_is_no_address(self, ada: Member):
        with pytest.raises(ValidationFailed):
            ask(ada, EMAIL, "ada@")

    def test_refuses_a_sixth_code_in_an_hour(self, ada: Member):
        for _time in range(5):
            ask(ada, EMAIL, "ada@new.example")

        with pytest.raises(codes.TooManyCodes):
            ask(ada, EMAIL, "ada@new.example")


class TestConfirm:
    def test_changes_the_e_mail_and_locks_spending(self, ada: Member):
        tried = confirm(ada, ask(ada, EMAIL, "ada@new.example"))

        ada.refresh_from_db()
        assert tried.verdict is Verdict.RIGHT
        assert (ada.email, ada.spending_locked_until) == (
            "ada@new.example",
            NOON + timedelta(hours=24),
        )

    def test_adds_a_phone_and_takes_it_away(self, ada: Member):
        confirm(ada, ask(ada, PHONE, "0612345678"))
        ada.refresh_from_db()
        assert str(ada.phone) == "+33612345678"

        confirm(ada, ask(ada, PHONE, ""))
        ada.refresh_from_db()
        assert ada.phone is None

    def test_changes_nothing_after_five_wrong_ones(self, ada: Member):
        code = ask(ada, EMAIL, "ada@new.example")
        right = codes.digits_of(code)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"

        left = [confirm(ada, code, wrong).left for _time in range(5)]

        assert left == [4, 3, 2, 1, 0]
        assert confirm(ada, code).verdict is Verdict.SPENT
        ada.refresh_from_db()
        assert (ada.email, ada.spending_locked_until) == ("ada@example.org", None)

    def test_changes_nothing_after_ten_minutes_or_twice(self, ada: Member):
        code = ask(ada, EMAIL, "ada@new.example")

        late = confirm(ada, code, after=timedelta(minutes=10))
        assert late.verdict is Verdict.EXPIRED

        assert confirm(ada, code).verdict is Verdict.RIGHT
        assert confirm(ada, code).verdict is Verdict.SPENT

    def test_changes_nothing_where_somebody_else_has_it(self, ada: Member):
        enrolling.enrol(at=NOON, email="grace@example.org")
        code = ask(ada, EMAIL, "grace@example.org")

        with pytest.raises(IdentifierTaken):
            confirm(ada, code)

        ada.refresh_from_db()
        assert (ada.email, ada.spending_locked_until) == ("ada@example.org", None)

    def test_keeps_a_phone_that_somebody_else_has_as_one_that_nobody_has(self, ada: Member):
        grace = enrolling.enrol(at=NOON, phone="06 12 34 56 78")
        bea = enrolling.enrol(at=NOON, email="bea@example.org", phone="06 11 11 11 11")
        Member.objects.filter(pk=ada.pk).update(phone="+33622222222")
        ada.refresh_from_db()

        taken = confirm(ada, ask(ada, PHONE, "06 12 34 56 78"))
        free = confirm(bea, ask(bea, PHONE, "06 33 33 33 33"))

        assert taken.verdict is free.verdict is Verdict.RIGHT
        for member in (ada, bea, grace):
            member.refresh_from_db()
        assert (ada.phone, str(ada.phone_claimed)) == (None, "+33612345678")
        assert str(grace.phone) == "+33612345678"
        assert ada.spending_locked_until == bea.spending_locked_until
        assert ada.spending_locked_until is not None
        with pytest.raises(contacting.NothingToChange):
            ask(ada, PHONE, "0612345678")

    def test_forgets_a_claimed_phone_for_one_that_is_free_and_for_none(self, ada: Member):
        enrolling.enrol(at=NOON, phone="06 12 34 56 78")
        confirm(ada, ask(ada, PHONE, "06 12 34 56 78"))

        confirm(ada, ask(ada, PHONE, "06 33 33 33 33"))
        ada.refresh_from_db()
        assert (str(ada.phone), ada.phone_claimed) == ("+33633333333", None)

        confirm(ada, ask(ada, PHONE, "06 12 34 56 78"))
        ada.refresh_from_db()
        confirm(ada, ask(ada, PHONE, ""))
        ada.refresh_from_db()
        assert (ada.phone, ada.phone_claimed) == (None, None)

    def test_takes_no_code_of_somebody_else_nor_one_to_sign_in(self, ada: Member):
        grace = enrolling.enrol(at=NOON, email="grace@example.org")
        theirs = ask(grace, EMAIL, "grace@new.example")
        entrance = codes.ask(address="ada@example.org", origin="x", language="fr", at=NOON)

        for code in (theirs, entrance):
            with pytest.raises(EmailedCode.DoesNotExist):
                confirm(ada, code)

        ada.refresh_from_db()
        assert ada.email == "ada@example.org"
        theirs.refresh_from_db()
        assert theirs.proved_at is None
