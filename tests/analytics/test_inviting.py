"""Who is asked how it was, and who is not."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import drawing, inviting, reactions
from analytics.inviting import Occasion
from analytics.models import Invitation, Survey
from loyalty.events.models import Message, OutboxEvent
from loyalty.events.relaying import relay
from members import blocking, consenting, purchasing, signing_in
from members.models import Member, Purchase
from members.selling import Sale
from rewards import redeeming
from rewards.models import Reward
from tests.analytics.builders import PARIS
from tests.analytics.opinions import ask, make_survey, tell
from tests.conftest import NOON
from tests.mailing.conftest import ada, coffee, give, make_member, programme  # noqa: F401

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def happened(*members: Member, at: datetime = NOON, name: str = "pur") -> list[Occasion]:
    """Return one occasion of each member, at a moment."""
    return [
        Occasion(reference=f"{name}_{place}", member=member.public_id, at=at, channel="store")
        for place, member in enumerate(members)
    ]


def invite(survey: Survey, *members: Member, at: datetime = NOON, name: str = "pur") -> int:
    occasions = happened(*members, at=at, name=name)
    return inviting.invite(surveys=[survey], occasions=occasions, at=at)


def object_to_surveys(member: Member) -> None:
    consenting.object_to(member=member, channel="EMAIL", purpose="SURVEYS", at=NOON)


class TestAnInvitation:
    def test_is_owed_a_day_later_and_told_once(self, ada: Member):  # noqa: F811
        survey = make_survey()

        assert invite(survey, ada) == 1
        assert invite(survey, ada) == 0

        asked = Invitation.objects.get()
        assert (asked.opens_at, asked.expires_at) == (NOON + DAY, NOON + 15 * DAY)
        assert (asked.cause, asked.channel, asked.is_emailed) == ("pur_0", "store", True)
        letter = Message.objects.get()
        assert (letter.kind, letter.recipient, letter.due_at) == (
            "SURVEY", ada.public_id, NOON + DAY,
        )  # fmt: skip
        assert letter.facts == {"invitation": asked.public_id}

    def test_has_a_link_that_only_we_can_make(self, ada: Member, settings):  # noqa: F811
        invite(make_survey(), ada)
        asked = Invitation.objects.get()
        token = inviting.make_token(invitation=asked)

        assert token is not None
        assert len(token) == 43
        assert asked.token_hash == inviting.hash_token(token) != token
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-0123456789-abcdefghijklmnopqrstuvwxyz"
        assert inviting.make_token(invitation=asked) == token
        settings.SECRET_KEY_FALLBACKS = []
        assert inviting.make_token(invitation=asked) is None

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            (datetime(2026, 3, 10, 8, 59, tzinfo=PARIS), datetime(2026, 3, 10, 9, tzinfo=PARIS)),
            (datetime(2026, 3, 10, 9, 0, tzinfo=PARIS), datetime(2026, 3, 10, 9, tzinfo=PARIS)),
            (
                datetime(2026, 3, 10, 19, 59, tzinfo=PARIS),
                datetime(2026, 3, 10, 19, 59, tzinfo=PARIS),
            ),
            (datetime(2026, 3, 28, 20, 0, tzinfo=PARIS), datetime(2026, 3, 29, 9, tzinfo=PARIS)),
        ],
    )
    def test_wakes_nobody(self, asked: datetime, expected: datetime):
        assert inviting.in_daytime(asked, zone=PARIS) == expected


class TestWhoIsAsked:
    def test_nobody_who_objected_is_blocked_or_has_no_address(self, ada: Member):  # noqa: F811
        bob, eve = make_member("bob@example.org"), make_member(None)
        object_to_surveys(ada)
        blocking.block(member=bob, at=NOON, actor="user:1")

        assert invite(make_survey(), ada, bob, eve) == 0
        assert not Message.objects.filter(kind="SURVEY").exists()

    def test_on_their_page_alone_whoever_signs_in_and_objected_to_letters(
        self,
        ada: Member,  # noqa: F811
    ):
        signing_in.open_user(member=ada)
        object_to_surveys(ada)

        assert invite(make_survey(), ada) == 1
        assert Invitation.objects.get().is_emailed is False
        assert not Message.objects.filter(kind="SURVEY").exists()

    def test_whoever_agreed_again(self, ada: Member):  # noqa: F811
        object_to_surveys(ada)
        said = consenting.Said(
            channel="EMAIL", purpose="SURVEYS", is_given=True, text_version="email-surveys-1"
        )
        consenting.say(member=ada, said=said, at=NOON + HOUR)

        assert invite(make_survey(), ada) == 1

    def test_nobody_about_what_is_long_past(self, ada: Member):  # noqa: F811
        survey = make_survey(delay_hours=0)

        late = happened(ada, at=NOON)
        assert inviting.invite(surveys=[survey], occasions=late, at=NOON + 8 * DAY) == 0
        assert inviting.invite(surveys=[survey], occasions=late, at=NOON + 7 * DAY) == 1


class TestFatigue:
    def test_leaves_in_peace_to_the_minute(self, ada: Member):  # noqa: F811
        survey = make_survey(pause_days=30, open_days=1, delay_hours=0)
        assert invite(survey, ada, name="first") == 1

        early = NOON + 30 * DAY - timedelta(minutes=1)
        assert invite(survey, ada, at=early, name="early") == 0
        assert invite(survey, ada, at=NOON + 30 * DAY, name="again") == 1

    def test_counts_other_surveys_and_what_was_answered(self, ada: Member):  # noqa: F811
        tell([(ada, (NOON - 10 * DAY).date(), 5)], kind="CSAT")

        assert invite(make_survey(pause_days=12, delay_hours=0), ada, name="a") == 0
        assert invite(make_survey(pause_days=10, delay_hours=0), ada, name="b") == 1

    def test_never_asks_while_another_question_waits(self, ada: Member):  # noqa: F811
        waiting = ask(make_survey(open_days=14), ada, at=NOON - 13 * DAY)
        patient = make_survey(pause_days=0, delay_hours=0)

        assert invite(patient, ada, at=NOON, name="a") == 0
        assert invite(patient, ada, at=waiting.expires_at, name="b") == 1

    def test_asks_once_of_two_occasions_at_once(self, ada: Member):  # noqa: F811
        twice = [*happened(ada, name="a"), *happened(ada, name="b")]

        assert inviting.invite(surveys=[make_survey()], occasions=twice, at=NOON) == 1

    def test_lets_the_first_of_two_surveys_ask(self, ada: Member):  # noqa: F811
        first, second = make_survey(), make_survey("CSAT")

        inviting.invite(surveys=[first, second], occasions=happened(ada), at=NOON)

        assert Invitation.objects.get().survey == first


class TestTheShare:
    def test_is_drawn_by_a_hash_that_never_changes(self):
        drawn = [
            n
            for n in range(20)
            if drawing.is_drawn(survey="svy_1", occasion=f"pur_{n}", percent=30)
        ]

        assert drawn == [3, 6, 7, 8, 9, 10, 15, 16, 17, 19]

    def test_is_about_as_large_as_it_says_and_grows_by_adding(self):
        def draw(percent: int) -> set[int]:
            return {
                n
                for n in range(2_000)
                if drawing.is_drawn(survey="svy", occasion=f"pur_{n}", percent=percent)
            }

        tenth, half = draw(10), draw(50)

        assert 150 < len(tenth) < 250
        assert 900 < len(half) < 1_100
        assert tenth < half
        assert len(draw(100)) == 2_000

    def test_decides_who_is_asked(self, ada: Member):  # noqa: F811
        survey = make_survey(share_percent=30)
        Survey.objects.update(public_id="svy_1")
        survey.refresh_from_db()
        members = [ada, *(make_member(f"m{n}@example.org") for n in range(19))]

        assert invite(survey, *members) == 10
        asked = set(Invitation.objects.values_list("cause", flat=True))
        assert asked == {f"pur_{n}" for n in (3, 6, 7, 8, 9, 10, 15, 16, 17, 19)}


class TestRunning:
    def test_is_what_is_active_within_its_term(self, programme):  # noqa: F811
        today = NOON.date()
        running = make_survey(starts_on=today, ends_on=today)
        make_survey(is_active=False)
        make_survey(starts_on=today + DAY)
        make_survey(ends_on=today - DAY)
        make_survey(trigger="REDEMPTION")

        assert inviting.get_running(trigger="PURCHASE", at=NOON) == [running]


def buy(member: Member, *, key: str = "1", is_historic: bool = False) -> Purchase:
    sale = Sale(
        member=member, store=None, till="1", receipt=key, occurred_at=NOON, lines=[],
        total_cents=1_000,
    )  # fmt: skip
    return purchasing.record(sale=sale, key=key, at=NOON, is_historic=is_historic)


class TestAPurchase:
    def test_asks_after_it_and_not_in_its_transaction(
        self,
        ada: Member,  # noqa: F811
        time_machine,
    ):
        make_survey()
        time_machine.move_to(NOON, tick=False)
        purchase = buy(ada)
        assert not Invitation.objects.exists()

        reactions.ask_of_purchases(list(OutboxEvent.objects.filter(name="purchase.recorded")))

        assert Invitation.objects.get().cause == purchase.public_id

    def test_of_history_or_brought_back_asks_nobody(
        self,
        ada: Member,  # noqa: F811
        time_machine,
    ):
        make_survey()
        time_machine.move_to(NOON, tick=False)
        buy(ada, key="old", is_historic=True)
        back = buy(ada, key="back")
        Purchase.objects.filter(pk=back.pk).update(returned_cents=1_000)

        reactions.ask_of_purchases(list(OutboxEvent.objects.filter(name="purchase.recorded")))

        assert not Invitation.objects.exists()

    def test_asks_nothing_of_the_database_where_nothing_is_asked(
        self,
        ada: Member,  # noqa: F811
        django_assert_num_queries,
    ):
        buy(ada)
        events = list(OutboxEvent.objects.filter(name="purchase.recorded"))

        with django_assert_num_queries(1):
            reactions.ask_of_purchases(events)


class TestARedemption:
    def test_asks_whoever_took_the_reward_once_it_is_relayed(
        self,
        ada: Member,  # noqa: F811
        coffee: Reward,  # noqa: F811
        time_machine,
    ):
        survey = make_survey("CSAT", trigger="REDEMPTION")
        time_machine.move_to(NOON, tick=False)
        give(ada, 80, until=NOON + 300 * DAY)
        taken = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        assert not Invitation.objects.exists()

        relay(at=NOON)

        asked = Invitation.objects.get()
        assert (asked.survey, asked.member, asked.cause) == (survey, ada, taken.public_id)
        assert (asked.opens_at, asked.store, asked.channel) == (NOON + DAY, None, "")

    def test_of_history_asks_nobody(self, ada: Member):  # noqa: F811
        make_survey(trigger="REDEMPTION")
        event = OutboxEvent(
            name="reward.redeemed", occurred_at=NOON, is_historic=True,
            payload={"redemption": "red_1"},
        )  # fmt: skip

        reactions.ask_of_rewards([event])

        assert not Invitation.objects.exists()


class TestAResolvedRequest:
    def test_asks_how_we_did(self, ada: Member, time_machine):  # noqa: F811
        make_survey("CSAT", trigger="CASE")
        time_machine.move_to(NOON, tick=False)
        event = OutboxEvent(
            name="case.resolved", occurred_at=NOON,
            payload={"case": "cas_1", "member": ada.public_id, "kind": "QUESTION"},
        )  # fmt: skip

        reactions.ask_of_cases([event])

        assert Invitation.objects.get().cause == "cas_1"


class TestWhatItCosts:
    def test_as_many_statements_for_two_as_for_twenty(self, programme):  # noqa: F811
        survey = make_survey()
        members = [make_member(f"m{n}@example.org") for n in range(22)]

        with CaptureQueriesContext(connection) as few:
            invite(survey, *members[:2], name="few")
        with CaptureQueriesContext(connection) as many:
            invite(survey, *members[2:], name="many")

        assert Invitation.objects.count() == 22
        assert len(many) == len(few) == 9
