"""What members answered, at the desk: figures for all who measure, words for who sees people."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from analytics import answering, facts
from analytics.models import Answer, AnswerPlace
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store, StoreAssignment
from members import enrolling
from members.models import Case, Member
from tests.analytics import opinions
from tests.analytics.builders import Sold, sell
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, rows_of, words_of

PAGE = "/desk/answers/?period=2026-03"

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def lyon(shop: None) -> Store:
    return Store.objects.create(code="lyon", name="Lyon")


@pytest.fixture
def ada(lyon: Store) -> Member:
    return enrolling.enrol(at=NOON - timedelta(days=90), first_name="Ada", last_name="Lovelace",
                           email="ada@shop.test", store=lyon)  # fmt: skip


@pytest.fixture
def answers(ada: Member, lyon: Store) -> list[Answer]:
    """Five satisfied golden members in Lyon; four who are not, in no store."""
    today = NOON.date()
    happy = opinions.tell([(ada, today, 10)] * 5, comment="Parfait", store=lyon, tier="gold")
    sad = opinions.tell([(ada, today, 3)] * 4, comment="Trop d’attente")
    return [*happy, *sad]


def read(client: Client, more: str = "", language: str = "en") -> str:
    return words_of(client, f"{PAGE}{more}", language)


class TestThePage:
    def test_goes_on_telling_of_the_same_question_when_another_period_is_picked(
        self, answers: list[Answer], sign_in: SignIn
    ):
        page = sign_in(Role.MARKETING).get(f"{PAGE}&answers=CES").content.decode()

        assert page.count("period=2026-02&amp;answers=CES") == 1
        assert '<input type="hidden" name="answers" value="CES">' in page.split("picker__form")[1]

    def test_tells_by_store_and_tier_with_intervals_and_no_score_of_too_few(
        self, answers: list[Answer], sign_in: SignIn
    ):
        said = read(sign_in(Role.MARKETING))

        assert "By store Answers NPS Likely range (95%) Lyon 5 100 17.5 – 100" in said
        assert "None 4 n/a –" in said
        assert "Gold 5 100" in said

    def test_tells_what_those_who_bring_most_answered_beside_all_others(
        self, answers: list[Answer], ada: Member, lyon: Store, sign_in: SignIn
    ):
        best = enrolling.enrol(at=NOON - timedelta(days=90), first_name="Bea", store=lyon)
        sell([Sold(best, NOON.date(), 9_000), Sold(ada, NOON.date(), 100)])
        facts.refresh(at=NOON)
        opinions.tell([(best, NOON.date(), 9)] * 6)
        client = sign_in(Role.MARKETING)

        assert (
            "By value group Answers NPS Likely range (95%) Best 20% 6 100 25.9 – 100 "
            "All others 9 11.1 " in read(client)
        )
        assert "By value group" not in read(client, "&value=BEST")

    def test_gives_what_stores_and_tiers_come_to_as_a_file(
        self, answers: list[Answer], sign_in: SignIn
    ):
        client = sign_in(Role.ANALYST)
        User.objects.update(language="fr")

        response = client.get(f"{PAGE}&csv=boards")

        assert response["Content-Disposition"] == 'attachment; filename="answers-nps-2026-03.csv"'
        told = [[name, count, value] for _cut, name, count, value, *_ends in rows_of(response)[1:]]
        assert told[:2] == [["Lyon", "5", "100"], ["Aucun", "4", ""]]

    def test_shows_each_answer_with_where_it_leads(
        self, answers: list[Answer], ada: Member, sign_in: SignIn
    ):
        client = sign_in(Role.CUSTOMER_CARE)
        client.get(PAGE)
        survey = opinions.make_survey(low_score=6, delay_hours=0)
        asked = opinions.ask(survey, ada, at=NOON)
        answering.answer(invitation=asked, score=0, comment="", place=AnswerPlace.LINK, at=NOON)

        marketing = sign_in(Role.MARKETING).get(PAGE).content.decode()

        assert f"/desk/members/member/{ada.pk}/change/" in marketing
        assert "Trop d’attente" in marketing
        assert "Request opened" in read(sign_in(Role.ADMINISTRATOR))

    def test_narrows_by_score_and_by_words(self, answers: list[Answer], sign_in: SignIn):
        client = sign_in(Role.MARKETING)

        assert "Trop d’attente" not in read(client, "&score=10")
        assert "Parfait" not in read(client, "&q=ATTENTE")
        assert "Nothing fits these filters." in read(client, "&q=nowhere")
        assert "No survey asks this yet." in read(client, "&answers=CES")
        assert "Nobody answered in this period." in read(client, "&period=2025-03")

    @pytest.mark.parametrize("more", ["&score=99", "&score=x", "&before=x", "&answers=X"])
    def test_shows_all_where_the_address_makes_no_sense(
        self, answers: list[Answer], sign_in: SignIn, more: str
    ):
        assert "Trop d’attente" in read(sign_in(Role.MARKETING), more)

    def test_goes_on_to_older_ones(self, ada: Member, sign_in: SignIn):
        opinions.tell([(ada, NOON.date(), 9)] * 52, comment="n")
        client = sign_in(Role.MARKETING)
        newest = client.get(PAGE).content.decode()
        last = Answer.objects.order_by("-pk")[49].pk

        older = client.get(f"{PAGE}&answers=NPS&before={last}").content.decode()

        assert f"before={last}" in newest
        assert newest.count("9 / 10") == 50
        assert older.count("9 / 10") == 2


class TestAnAnalyst:
    def test_reads_scores_and_neither_words_nor_people(
        self, answers: list[Answer], ada: Member, sign_in: SignIn
    ):
        html = sign_in(Role.ANALYST).get(f"{PAGE}&q=attente").content.decode()

        assert html.count("3 / 10") == 4
        assert "attente" not in html
        assert "Lovelace" not in html
        assert f"/member/{ada.pk}/" not in html


class TestAManager:
    def test_reads_their_own_store_alone(
        self, answers: list[Answer], lyon: Store, sign_in: SignIn
    ):
        manager = sign_in(Role.STORE_MANAGER)
        user_id = manager.session["_auth_user_id"]
        StoreAssignment.objects.create(user_id=user_id, store=lyon)

        said = read(manager)

        assert "Parfait" in said
        assert "Trop d’attente" not in said
        assert "None 4" not in said


class TestTheRequest:
    def test_shows_the_answer_that_opened_it(self, ada: Member, sign_in: SignIn):
        asked = opinions.ask(opinions.make_survey(low_score=6), ada, at=NOON)
        answering.answer(
            invitation=asked, score=2, comment="Froid.", place=AnswerPlace.LINK, at=NOON
        )

        case = Case.objects.get()
        said = words_of(sign_in(Role.CUSTOMER_CARE), f"/desk/cases/{case.public_id}/")

        assert f"{asked.survey.name} 2 / 10" in said
        assert "Froid." in said


class TestTheRows:
    def test_of_the_nps_are_told_with_their_sign(self, answers: list[Answer], sign_in: SignIn):
        facts.refresh(at=NOON)

        said = words_of(sign_in(Role.MARKETING), "/desk/measures/nps/rows/?period=2026-03")

        assert "Ada Lovelace" in said
        assert "Lyon" in said


class TestWhatItCosts:
    def test_the_same_for_two_as_for_forty(self, ada: Member, sign_in: SignIn):
        client = sign_in(Role.MARKETING)
        opinions.tell([(ada, NOON.date(), 9)] * 2, comment="n")
        client.get(PAGE)
        few = queries_of(client, PAGE)
        opinions.tell([(ada, NOON.date(), 9)] * 40, comment="n")

        assert queries_of(client, PAGE) == few == 16


class TestASurvey:
    def test_is_made_with_a_name_of_its_own_and_keeps_its_kind(self, ada: Member, sign_in: SignIn):
        client = sign_in(Role.MARKETING)
        told = {
            "name": "After a purchase", "kind": "CSAT", "question_fr": "Satisfait ?",
            "trigger": "PURCHASE", "delay_hours": "24", "share_percent": "50", "pause_days": "90",
            "open_days": "14", "is_emailed": "on", "is_shown": "on", "low_score": "9",
        }  # fmt: skip

        refused = client.post("/desk/analytics/survey/add/", told)
        assert "The scale goes from 1 to 5." in refused.content.decode()
        client.post("/desk/analytics/survey/add/", told | {"low_score": "2"})
        survey = opinions.Survey.objects.get()
        opinions.ask(survey, ada, at=NOON)
        changed = told | {"low_score": "2", "kind": "NPS", "name": "Other"}
        client.post(f"/desk/analytics/survey/{survey.pk}/change/", changed)

        survey.refresh_from_db()
        assert survey.public_id.startswith("svy_")
        assert (survey.kind, survey.name) == ("CSAT", "Other")

    def test_that_reaches_nobody_is_refused(self, shop: None, sign_in: SignIn):
        told = {
            "name": "Nobody", "kind": "NPS", "question_fr": "?", "trigger": "VISIT",
            "delay_hours": "0", "share_percent": "100", "pause_days": "0", "open_days": "1",
            "is_emailed": "on",
        }  # fmt: skip

        refused = sign_in(Role.MARKETING).post("/desk/analytics/survey/add/", told)

        assert "Nobody would be asked" in refused.content.decode()
        assert not opinions.Survey.objects.exists()
