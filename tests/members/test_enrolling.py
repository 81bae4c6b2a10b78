from datetime import timedelta

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.events.models import OutboxEvent
from loyalty.ledger.models import Account, Holder
from loyalty.programmes import books
from loyalty.programmes.models import Programme
from members import enrolling, numbering
from members.consenting import Said
from members.enrolling import Newcomer
from members.identifying import IdentifierTaken
from members.models import Card, Consent, Member, TierChange
from tests.conftest import NOON
from tests.members.builders import points_of, publish


class TestEnrol:
    def test_keeps_identifiers_in_their_one_form(self, programme: Programme):
        ada = enrolling.enrol(
            at=NOON,
            first_name=" Ada ",
            last_name="Lovelace",
            email="Ada@Example.org ",
            phone="06 12 34 56 78",
            card="2000 0000 0012 1",
            external_id=" crm-7 ",
            birthday=(12, 10),
        )

        ada.refresh_from_db()
        assert (ada.first_name, ada.email, str(ada.phone)) == (
            "Ada", "ada@example.org", "+33612345678",
        )  # fmt: skip
        assert (ada.external_id, ada.birth_month, ada.birth_day) == ("crm-7", 12, 10)
        assert ada.cards.get().number == "2000000000121"
        assert ada.enrolled_at == NOON

    def test_makes_a_card_where_none_was_printed(self, programme: Programme):
        grace = enrolling.enrol(at=NOON, email="grace@example.org")

        assert numbering.is_ours(grace.cards.get().number)

    def test_opens_an_account_for_each_wallet_of_the_programme(self, programme: Programme):
        grace = enrolling.enrol(at=NOON)

        wallets = Account.objects.filter(holder=grace.holder_id)
        assert list(wallets.values_list("wallet__code", flat=True)) == ["points"]

    def test_puts_a_member_on_the_lowest_rung(self, programme: Programme):
        grace = enrolling.enrol(at=NOON)

        grace.refresh_from_db()
        assert grace.tier is not None
        assert (grace.tier.code, grace.tier_until) == ("member", None)
        assert TierChange.objects.get(member=grace).changed_at == NOON

    def test_keeps_what_was_answered_about_being_written_to(self, programme: Programme):
        said = Said(channel="EMAIL", purpose="MARKETING", is_given=True, text_version="v3")

        grace = enrolling.enrol(at=NOON, consents=[said], actor="cli_till1")

        answer = Consent.objects.get(member=grace)
        assert (answer.is_given, answer.text_version, answer.said_at) == (True, "v3", NOON)
        assert answer.recorded_by == "cli_till1"

    def test_tells_it_without_a_name_or_an_address(self, programme: Programme):
        grace = enrolling.enrol(at=NOON, email="grace@example.org", last_name="Hopper")

        event = OutboxEvent.objects.get(name="member.enrolled")
        assert event.payload == {"member": grace.public_id, "source": ""}
        assert event.is_historic is False

    def test_keeps_the_first_state_for_the_audit(self, programme: Programme):
        grace = enrolling.enrol(at=NOON, last_name="Hopper")

        first = Member.history.get(id=grace.pk)
        assert (first.history_type, first.last_name) == ("+", "Hopper")

    def test_does_it_once_for_a_key(self, programme: Programme):
        first = enrolling.enrol(at=NOON, key="k", email="grace@example.org")
        again = enrolling.enrol(at=NOON, key="k", email="grace@example.org")

        assert again.pk == first.pk
        assert Member.objects.count() == 1


class TestTakenIdentifiers:
    @pytest.mark.parametrize(
        ("given", "pointer"),
        [
            ({"email": "ADA@example.org"}, "/email"),
            ({"card": "2000000000121"}, "/card"),
            ({"phone": "+33612345678"}, "/phone"),
            ({"external_id": "crm-7"}, "/external_id"),
        ],
    )
    def test_are_refused_without_saying_whose(
        self, programme: Programme, given: dict[str, str], pointer: str
    ):
        enrolling.enrol(
            at=NOON,
            email="ada@example.org",
            card="2000000000121",
            phone="0612345678",
            external_id="crm-7",
            last_name="Lovelace",
        )

        with pytest.raises(IdentifierTaken) as refused:
            enrolling.enrol(at=NOON, **given)

        assert [error.pointer for error in refused.value.errors] == [pointer]
        assert refused.value.figures == {}
        assert "Lovelace" not in str(refused.value.detail)
        assert (Member.objects.count(), Holder.objects.count(), Card.objects.count()) == (1, 1, 1)

    def test_are_all_told_at_once(self, ada: Member):
        with pytest.raises(IdentifierTaken) as refused:
            enrolling.enrol(at=NOON, email="ada@example.org", card="2000000000121")

        assert {error.pointer for error in refused.value.errors} == {"/email", "/card"}


class TestRefusals:
    @pytest.mark.parametrize("birthday", [(2, 30), (0, 1), (13, 1), (4, 31)])
    def test_no_member_has_a_birthday_that_does_not_exist(
        self, programme: Programme, birthday: tuple[int, int]
    ):
        with pytest.raises(ValidationFailed):
            enrolling.enrol(at=NOON, birthday=birthday)

        assert Member.objects.exists() is False
        assert Holder.objects.exists() is False

    def test_the_29th_of_february_exists(self, programme: Programme):
        assert enrolling.enrol(at=NOON, birthday=(2, 29)).birth_day == 29


class TestEnrolmentBonus:
    def test_is_what_the_rules_of_that_day_give(self, programme: Programme):
        publish(
            "welcome", {"when": {"event": "enrolment"}, "then": {"give": "fixed", "points": 50}}
        )

        grace = enrolling.enrol(at=NOON)

        assert points_of(grace, at=NOON) == 50

    def test_is_nothing_without_a_rule(self, programme: Programme):
        assert points_of(enrolling.enrol(at=NOON), at=NOON) == 0


class TestEnrolMany:
    def test_takes_as_many_statements_for_two_as_for_ten(
        self, programme: Programme, django_assert_num_queries
    ):
        people = [
            Newcomer(external_id=f"p{n}", enrolled_at=NOON - timedelta(days=n)) for n in range(10)
        ]

        books.get_book()

        # Book, wallets, holders, accounts, members, their history, cards, rungs, events, and
        # the two ends of the savepoint.
        with django_assert_num_queries(11):
            enrolling.enrol_many(newcomers=people[:2], recorded_at=NOON)
        with django_assert_num_queries(11):
            enrolling.enrol_many(newcomers=people[2:], recorded_at=NOON)

        assert Member.objects.count() == 10

    def test_is_historic(self, programme: Programme):
        enrolling.enrol_many(newcomers=[Newcomer(enrolled_at=NOON)], recorded_at=NOON)

        assert OutboxEvent.objects.get(name="member.enrolled").is_historic is True
