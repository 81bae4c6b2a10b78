"""Requests at the desk: the queue, one of them, who may do what, and who was quicker."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store
from members import answering, claiming, enrolling, opening, purchasing, resolving
from members.claiming import Receipt
from members.models import Case, CaseKind, CaseState, Member
from tests.conftest import NOON
from tests.members.builders import sale
from tests.members.staff import appoint

DAY = timedelta(days=1)
# The session, the user, and in three what they may do and see;
# the requests and how many are in each of three views.
QUEUE = 9
CASE = 8


@pytest.fixture(autouse=True)
def _noon(programme: object) -> object:
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def carer(programme: object) -> User:
    return appoint(Role.CUSTOMER_CARE)


@pytest.fixture
def ada(programme: object) -> Member:
    return enrolling.enrol(at=NOON - 30 * DAY, first_name="Ada", last_name="L", email="a@b.test")


def browser_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    browser = Client()
    browser.force_login(user)
    return browser


def open_one(member: Member, subject: str = "Cold", **said: object) -> Case:
    told = {"kind": CaseKind.COMPLAINT, "body": f"{subject}!", "at": NOON, "key": subject}
    return opening.open_case(member=member, subject=subject, **(told | said))


def page_of(user: User, path: str) -> str:
    return " ".join(browser_of(user).get(path).content.decode().split())


def act(user: User, case: Case, action: str, seen: int = 1, **said: str):
    told = {"action": action, "seen": str(seen), **said}
    return browser_of(user).post(f"/desk/cases/{case.public_id}/", told, follow=True)


class TestTheQueue:
    def test_shows_each_view_its_own(self, ada: Member, carer: User):
        late = open_one(ada, "Late one", at=NOON - 9 * DAY)
        open_one(ada, "Fresh one", kind=CaseKind.QUESTION)
        mine = resolving.take(case=open_one(ada, "My one"), by=carer, seen=1)
        answering.answer(case=mine, text="So.", by=carer, seen=2, at=NOON)
        done = open_one(ada, "Done one")
        resolving.resolve(case=done, by=appoint(Role.ADMINISTRATOR), seen=1, at=NOON)

        shown = {
            view: [
                word
                for word in ("Late one", "Fresh one", "My one", "Done one")
                if f">{word}</a>" in page_of(carer, f"/desk/cases/?view={view}")
            ]
            for view in ("open", "late", "mine", "all", "nonsense")
        }

        assert shown == {
            "open": ["Late one", "Fresh one"],
            "late": ["Late one"],
            "mine": ["My one"],
            "all": ["Late one", "Fresh one", "My one", "Done one"],
            "nonsense": ["Late one", "Fresh one"],
        }
        questions = page_of(carer, "/desk/cases/?view=open&kind=QUESTION")
        assert ("Fresh one" in questions, "Late one" in questions) == (True, False)
        assert f"/desk/cases/{late.public_id}/" in page_of(carer, "/desk/cases/")

    def test_shows_a_manager_those_of_their_stores_alone(self, ada: Member):
        nice = Store.objects.create(code="nice", name="Nice")
        ben = enrolling.enrol(at=NOON, first_name="Ben", email="ben@b.test", store=nice)
        open_one(ada, "Of Lyon")
        theirs = open_one(ben, "Of Nice")
        manager = appoint(Role.STORE_MANAGER, stores=(nice,))

        page = page_of(manager, "/desk/cases/?view=all")

        assert ("Of Nice" in page, "Of Lyon" in page) == (True, False)
        assert "1 request to answer." in page_of(manager, "/desk/")
        act(manager, theirs, "take")
        assert Case.objects.get(pk=theirs.pk).owner == manager

    @pytest.mark.parametrize("count", [2, 12])
    def test_asks_as_often_for_two_as_for_twelve(
        self, ada: Member, carer: User, count: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ):  # fmt: skip
        for number in range(count):
            case = open_one(ada, f"Case {number}")
        browser = browser_of(carer)

        with django_assert_num_queries(QUEUE):
            browser.get("/desk/cases/")
        with django_assert_num_queries(CASE):
            browser.get(f"/desk/cases/{case.public_id}/")

    def test_goes_on_where_all_of_them_are_more_than_a_hundred(self, ada: Member, carer: User):
        for number in range(102):
            open_one(ada, f"Case {number:03}")

        page = page_of(carer, "/desk/cases/?view=all")

        place = Case.objects.get(subject="Case 002").pk
        assert f"before={place}" in page
        older = page_of(carer, f"/desk/cases/?view=all&before={place}")
        assert ("Case 001" in older, "Case 002" in older) == (True, False)


class TestOneRequest:
    def test_is_answered_and_resolved(self, ada: Member, carer: User):
        case = open_one(ada)

        page = act(carer, case, "answer-resolve", **{"answer-text": "So sorry."})

        case.refresh_from_db()
        assert (case.state, case.owner) == (CaseState.RESOLVED, carer)
        assert "the request is resolved" in page.content.decode()
        assert "So sorry." in page.content.decode()

    def test_is_taken_noted_resolved_and_reopened(self, ada: Member, carer: User):
        case = open_one(ada)

        for seen, action in ((1, "take"), (2, "resolve"), (3, "reopen")):
            act(carer, case, action, seen)
        page = act(carer, case, "note", 1, **{"note-text": "Rang twice."})

        case.refresh_from_db()
        assert (case.state, case.owner, case.reopened) == (CaseState.OPEN, carer, 1)
        assert "Rang twice." in page.content.decode()

    def test_keeps_what_was_typed_where_a_colleague_was_quicker(self, ada: Member, carer: User):
        case = open_one(ada)
        answering.answer(case=case, text="Quick.", by=appoint(Role.ADMINISTRATOR), seen=1, at=NOON)

        page = act(carer, case, "answer", **{"answer-text": "Slow."}).content.decode()

        assert [word in page for word in ("Quick.", "Slow.", "meanwhile")] == [True] * 3
        assert 'name="seen" value="2"' in page
        assert case.messages.count() == 2

    @pytest.mark.parametrize(("action", "status"), [("answer", 200), ("dance", 400)])
    def test_refuses_an_empty_answer_and_what_nobody_offers(
        self, ada: Member, carer: User, action: str, status: int
    ):
        case = open_one(ada)

        answer = act(carer, case, action, **{"answer-text": " "})

        assert answer.status_code == status
        assert Case.objects.get().version == 1

    def test_is_shown_to_the_auditor_who_cannot_act(self, ada: Member):
        case = open_one(ada)
        auditor = appoint(Role.AUDITOR)

        assert "Send the answer" not in page_of(auditor, f"/desk/cases/{case.public_id}/")
        assert act(auditor, case, "resolve").status_code == 403
        assert Case.objects.get().state == CaseState.OPEN

    def test_stands_on_the_page_of_its_member(self, ada: Member, carer: User):
        case = open_one(ada)

        page = page_of(carer, f"/desk/members/member/{ada.pk}/change/")

        assert f"/desk/cases/{case.public_id}/" in page


class TestANewRequest:
    SAID = {"kind": "COMPLAINT", "subject": "Cold", "body": "It was cold.", "key": "req_1"}

    def address(self, member: Member) -> str:
        return f"/desk/members/member/{member.pk}/request/"

    def test_is_written_down_from_the_members_page(self, ada: Member, carer: User):
        assert self.address(ada) in page_of(carer, f"/desk/members/member/{ada.pk}/change/")
        assert "What they said" in page_of(carer, self.address(ada))

        answers = [browser_of(carer).post(self.address(ada), self.SAID) for _twice in range(2)]

        case = Case.objects.get()
        assert {answer["Location"] for answer in answers} == {f"/desk/cases/{case.public_id}/"}
        assert (case.kind, case.subject, case.store) == ("COMPLAINT", "Cold", None)
        page = page_of(carer, f"/desk/cases/{case.public_id}/")
        assert "It was cold." in page
        assert "written down by" in page

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, ada: Member, carer: User):
        answer = browser_of(carer).post(self.address(ada), self.SAID | {"subject": "\u200b"})

        assert "Write something." in answer.content.decode()
        assert "It was cold." in answer.content.decode()
        assert Case.objects.exists() is False

    def test_of_a_manager_is_of_their_members_and_stores(self, ada: Member):
        lyon, nice = (
            Store.objects.create(code=code, name=code.title()) for code in ("lyon", "nice")
        )
        lya = enrolling.enrol(at=NOON, email="l@b.test", store=lyon)
        manager = appoint(Role.STORE_MANAGER, stores=(lyon,))

        page = page_of(manager, self.address(lya))
        assert ("Lyon" in page, "Nice" in page) == (True, False)
        away = browser_of(manager).post(self.address(ada), self.SAID)
        foreign = browser_of(manager).post(self.address(lya), self.SAID | {"store": str(nice.pk)})
        assert (away.status_code, foreign.status_code) == (404, 200)
        assert Case.objects.exists() is False

        browser_of(manager).post(self.address(lya), self.SAID | {"store": str(lyon.pk)})
        assert Case.objects.get().store == lyon

    @pytest.mark.parametrize("role", [Role.CASHIER, Role.MARKETING, Role.AUDITOR])
    def test_is_for_who_answers_requests(self, ada: Member, role: Role):
        user = appoint(role)

        assert browser_of(user).post(self.address(ada), self.SAID).status_code == 403
        assert self.address(ada) not in page_of(user, f"/desk/members/member/{ada.pk}/change/")
        assert Case.objects.exists() is False


class TestMissingPoints:
    def test_are_given_from_the_sale_that_staff_choose(self, ada: Member, carer: User):
        sold = purchasing.record(sale=sale(None, "20.00", receipt="R-7"), key="s", at=NOON)
        wrong = Receipt(number="R-7", bought_on=NOON.date(), total_cents=2_010)
        case = claiming.claim(member=ada, receipt=wrong, key="k", at=NOON).case
        assert case is not None
        assert "Give its points" in page_of(carer, f"/desk/cases/{case.public_id}/")

        page = act(carer, case, "give", purchase=str(sold.pk)).content.decode()

        sold.refresh_from_db()
        assert sold.member == ada
        assert "Give its points" not in page
        assert "The receipt is on their card." in page

    def test_show_a_manager_no_sale_of_another_store(self, programme: object):
        lyon, nice = (Store.objects.create(code=code, name=code) for code in ("lyon", "nice"))
        ada = enrolling.enrol(at=NOON, email="a@b.test", store=lyon)
        sold = purchasing.record(
            sale=sale(None, "20.00", receipt="R-7", store=nice), key="s", at=NOON
        )
        wrong = Receipt(number="R-7", bought_on=NOON.date(), total_cents=2_010)
        case = claiming.claim(member=ada, receipt=wrong, key="k", at=NOON).case
        assert case is not None
        manager = appoint(Role.STORE_MANAGER, stores=(lyon,))

        page = page_of(manager, f"/desk/cases/{case.public_id}/")
        answer = act(manager, case, "give", purchase=str(sold.pk)).content.decode()

        sold.refresh_from_db()
        assert sold.member is None
        assert f"purchase/{sold.pk}/" not in page
        assert "in your stores has this number" in page
        assert "somebody’s by now, or does not fit" in answer


class TestHome:
    def test_tells_of_late_ones_first(self, ada: Member, carer: User):
        open_one(ada, "One", at=NOON - 9 * DAY)
        open_one(ada, "Two")

        page = page_of(carer, "/desk/")

        assert "1 request is late." in page
        assert "/desk/cases/?view=late" in page
