"""Adjusting from a member's page, and deciding on what others asked for."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty.identity.models import Approval, Limit, User
from loyalty.identity.roles import Role
from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme, Store
from members import adjusting, enrolling
from members.models import Adjustment, AdjustmentNote, Member
from tests.desk.entering import prove
from tests.desk.reading import queries_of, words_of
from tests.members.builders import points_of
from tests.members.staff import appoint

APPROVALS = "/desk/approvals/"
FORM = {"way": "add", "points": "300", "wallet": "points", "reason": "goodwill", "key": "k"}


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    prove(client)
    User.objects.filter(pk=user.pk).update(language="en")
    return client


@pytest.fixture
def ada(programme: Programme) -> Member:
    return enrolling.enrol(
        at=timezone.now(), first_name="Ada", last_name="Lovelace", email="ada@example.org"
    )


@pytest.fixture
def care(programme: Programme) -> User:
    return appoint(Role.CUSTOMER_CARE, "clara")


@pytest.fixture
def chief(programme: Programme) -> User:
    return appoint(Role.ADMINISTRATOR, "chief")


def ask(member: Member, by: User, points: int = 900, key: str = "asked") -> Approval:
    """Ask for more than customer care may give alone."""
    asked = adjusting.adjust(
        member=member,
        wallet="points",
        points=points,
        reason="complaint",
        note="The cake was dry.",
        requested_by=by,
        key=key,
        at=timezone.now(),
    )
    assert asked.approval is not None
    return asked.approval


def page_of(member: Member) -> str:
    return reverse("admin:member_adjust", args=[member.pk])


class TestAdjusting:
    def test_says_first_what_would_come_of_it(self, ada: Member, care: User):
        desk = browser(care)

        told = desk.post(page_of(ada), FORM).content.decode()

        assert "Add 300 points?" in told
        assert "It is posted at once." in told
        assert Entry.objects.count() == 0

    def test_then_posts_and_says_so(self, ada: Member, care: User):
        desk = browser(care)

        answer = desk.post(page_of(ada), {**FORM, "sure": "yes"})

        assert answer.url == reverse("admin:members_member_change", args=[ada.pk])
        assert points_of(ada, at=timezone.now()) == 300
        assert "300 points added." in words_of(desk, APPROVALS)
        desk.post(page_of(ada), {**FORM, "sure": "yes"})
        assert points_of(ada, at=timezone.now()) == 300

    def test_takes_away_by_a_word_and_not_by_a_sign(self, ada: Member, care: User):
        desk = browser(care)
        desk.post(page_of(ada), {**FORM, "sure": "yes"})

        less = {**FORM, "way": "remove", "points": "100", "key": "less"}
        assert "Take 100 points away?" in desk.post(page_of(ada), less).content.decode()
        desk.post(page_of(ada), {**less, "sure": "yes"})
        desk.post(page_of(ada), {**less, "points": "-50", "key": "minus", "sure": "yes"})

        assert points_of(ada, at=timezone.now()) == 200

    def test_waits_above_the_limits_and_says_so_before(self, ada: Member, care: User):
        desk, more = browser(care), {**FORM, "points": "501"}

        assert "it waits for another person" in desk.post(page_of(ada), more).content.decode()
        answer = desk.post(page_of(ada), {**more, "sure": "yes"})

        assert answer.url == APPROVALS
        assert Approval.objects.get().state == "WAITING"
        assert points_of(ada, at=timezone.now()) == 0

    def test_shows_what_was_refused_beside_its_field(self, ada: Member, care: User):
        desk = browser(care)
        told = {**FORM, "way": "remove", "sure": "yes"}

        assert "There are not enough points." in desk.post(page_of(ada), told).content.decode()
        told = {**FORM, "reason": "other"}
        assert "Say in the note" in desk.post(page_of(ada), told).content.decode()
        assert Adjustment.objects.count() == 0

    def test_goes_back_to_change_it(self, ada: Member, care: User):
        told = browser(care).post(page_of(ada), {**FORM, "back": "yes"}).content.decode()

        assert 'value="300"' in told
        assert 'name="sure"' not in told

    def test_shows_how_far_the_limits_are(self, ada: Member, care: User):
        ask(ada, care)

        told = words_of(browser(care), page_of(ada))

        assert "Last 24 hours 900 1,500" in told
        assert "Up to 500 points are posted at once." in told

    def test_offers_nothing_on_one_s_own_card(self, ada: Member, care: User):
        Member.objects.filter(pk=ada.pk).update(email=care.email)

        told = words_of(browser(care), page_of(ada))

        assert "Nobody adjusts the points of their own card." in told

    def test_asks_again_who_it_is(self, ada: Member, care: User):
        desk = Client()
        desk.force_login(care)

        answer = desk.post(page_of(ada), {**FORM, "sure": "yes"})

        assert answer.status_code == 302
        assert answer.url.startswith(reverse("admin:again"))
        assert Adjustment.objects.count() == 0

    @pytest.mark.parametrize("role", [Role.CASHIER, Role.MARKETING, Role.ANALYST, Role.AUDITOR])
    def test_is_closed_to_other_roles(self, ada: Member, role: Role):
        desk = browser(appoint(role))

        assert desk.get(page_of(ada)).status_code == 403
        assert desk.post(page_of(ada), {**FORM, "sure": "yes"}).status_code == 403

    def test_of_another_store_is_as_absent(self, ada: Member, programme: Programme):
        nice = Store.objects.create(code="nice", name="Nice")
        desk = browser(appoint(Role.STORE_MANAGER, stores=(nice,)))

        for pk in (ada.pk, 999_999):
            address = reverse("admin:member_adjust", args=[pk])
            assert desk.get(address).status_code == 404
            assert desk.post(address, {**FORM, "sure": "yes"}).status_code == 404

    def test_is_offered_on_the_member_s_page(self, ada: Member, care: User):
        shown = browser(care).get(reverse("admin:members_member_change", args=[ada.pk]))

        assert page_of(ada) in shown.content.decode()


class TestWhatWaits:
    def test_says_who_for_whom_how_much_why_and_how_far(
        self, ada: Member, care: User, chief: User
    ):
        ask(ada, care)

        told = words_of(browser(chief), APPROVALS)

        for said in ("+900", "Ada Lovelace", "Clara", "complaint settled", "The cake was dry."):
            assert said in told
        assert "Last 24 hours 900 1,500" in told
        assert "Balance today 0 (Points)" in told

    def test_tells_one_s_own_that_another_must_decide(self, ada: Member, care: User):
        ask(ada, care)

        told = words_of(browser(care), APPROVALS)

        assert "You asked for it: another person must decide." in told
        assert "Withdraw" in told

    def test_names_nobody_to_who_may_not_see_members(self, ada: Member, care: User, chief: User):
        ask(ada, care)
        reader = appoint(Role.ANALYST, "reader")
        reader.user_permissions.set(permissions("view_approval"))

        shown = browser(reader).get(APPROVALS).content.decode()

        assert "Lovelace" not in shown

    def test_is_the_own_stores_alone(self, ada: Member, care: User):
        ask(ada, care)
        nice = Store.objects.create(code="nice", name="Nice")
        manager = browser(appoint(Role.STORE_MANAGER, stores=(nice,)))

        assert "Lovelace" not in words_of(manager, APPROVALS)
        address = reverse("admin:approval", args=[Approval.objects.get().public_id])
        assert manager.get(address).status_code == 404
        assert manager.post(address, {"answer": "approve"}).status_code == 404

    def test_costs_as_much_for_twenty_as_for_two(self, ada: Member, care: User, chief: User):
        colleagues = [care, appoint(Role.CUSTOMER_CARE, "denis")]

        def fill(first: int, last: int) -> None:
            for n in range(first, last):
                member = enrolling.enrol(at=timezone.now(), email=f"n{n}@example.org")
                approval = ask(member, colleagues[n % 2], key=f"w{n}")
                other = ask(member, colleagues[n % 2], key=f"d{n}")
                adjusting.refuse(
                    approval=other, decided_by=chief, at=timezone.now(), word=f"No {approval}."
                )

        desk = browser(chief)
        fill(0, 2)
        queries_of(desk, APPROVALS)
        few = queries_of(desk, APPROVALS)
        fill(2, 20)

        assert queries_of(desk, APPROVALS) == few

    @pytest.mark.parametrize(
        ("role", "status"),
        [(Role.CASHIER, 403), (Role.ANALYST, 403), (Role.MARKETING, 200), (Role.AUDITOR, 200)],
    )
    def test_is_opened_by_role(self, programme: Programme, role: Role, status: int):
        assert browser(appoint(role)).get(APPROVALS).status_code == status

    def test_is_calm_when_nothing_does(self, programme: Programme, chief: User):
        assert "Nothing waits." in words_of(browser(chief), APPROVALS)


def permissions(*names: str):
    return Permission.objects.filter(codename__in=names)


class TestDeciding:
    @pytest.fixture
    def asked(self, ada: Member, care: User) -> Approval:
        return ask(ada, care)

    def answer(self, by: User, approval: Approval, answer: str, word: str = "") -> str:
        """Answer a request and return what the desk says of it afterwards."""
        desk = browser(by)
        address = reverse("admin:approval", args=[approval.public_id])
        assert desk.post(address, {"answer": answer, "word": word}).url == APPROVALS
        return words_of(desk, APPROVALS)

    def test_approving_posts(self, ada: Member, chief: User, asked: Approval):
        told = self.answer(chief, asked, "approve", "Rightly so.")

        assert "Approved, and posted." in told
        assert "Rightly so." in told
        assert points_of(ada, at=timezone.now()) == 900

    def test_refusing_moves_nothing(self, ada: Member, chief: User, asked: Approval):
        assert "Refused. Nothing has moved." in self.answer(chief, asked, "refuse", "No.")

        assert Entry.objects.count() == 0
        assert AdjustmentNote.objects.filter(text="No.", written_by=chief).exists()

    def test_one_s_own_is_withdrawn_and_not_approved(
        self, ada: Member, care: User, asked: Approval
    ):
        assert "you asked for it yourself" in self.answer(care, asked, "approve")
        assert "Withdrawn." in self.answer(care, asked, "withdraw")

        assert Approval.objects.get().state == "WITHDRAWN"
        assert points_of(ada, at=timezone.now()) == 0

    def test_twice_says_that_it_was_decided(self, ada: Member, chief: User, asked: Approval):
        self.answer(chief, asked, "approve")

        told = self.answer(appoint(Role.ADMINISTRATOR, "other"), asked, "approve")

        assert "This has been decided already." in told
        assert points_of(ada, at=timezone.now()) == 900

    def test_an_auditor_looks_on(self, ada: Member, asked: Approval):
        told = self.answer(appoint(Role.AUDITOR), asked, "approve")

        assert "You may not do this." in told
        assert points_of(ada, at=timezone.now()) == 0

    def test_a_lapsed_one_is_over(self, ada: Member, chief: User, asked: Approval):
        past = timezone.now() - timedelta(seconds=1)
        Approval.objects.update(lapses_at=past)

        told = self.answer(chief, asked, "approve")

        assert "It has to be asked again." in told
        assert "Nothing waits." in told
        assert "lapsed" in told
        assert points_of(ada, at=timezone.now()) == 0

    def test_asks_again_who_it_is(self, chief: User, asked: Approval):
        desk = Client()
        desk.force_login(chief)
        address = reverse("admin:approval", args=[asked.public_id])

        assert desk.post(address, {"answer": "approve"}).url.startswith(reverse("admin:again"))
        assert Approval.objects.get().state == "WAITING"


class TestLimits:
    def test_are_changed_by_administrators_and_kept_in_history(self, chief: User):
        limit = Limit.objects.get(role=Role.CUSTOMER_CARE)
        address = reverse("admin:identity_limit_change", args=[limit.pk])

        browser(chief).post(address, {"at_once": 100, "in_a_day": 200, "in_a_month": 300})

        limit.refresh_from_db()
        assert (limit.at_once, limit.in_a_day, limit.in_a_month) == (100, 200, 300)
        assert [row.at_once for row in limit.history.order_by("history_id")] == [500, 100]
        assert limit.history.first().history_user == chief

    def test_grow_with_time(self, chief: User):
        limit = Limit.objects.get(role=Role.CUSTOMER_CARE)
        address = reverse("admin:identity_limit_change", args=[limit.pk])

        browser(chief).post(address, {"at_once": 100, "in_a_day": 50, "in_a_month": 300})

        assert Limit.objects.get(pk=limit.pk).at_once == 500

    def test_are_touched_by_no_other_role(self, care: User):
        limit = Limit.objects.get(role=Role.CUSTOMER_CARE)
        address = reverse("admin:identity_limit_change", args=[limit.pk])

        assert browser(care).get(address).status_code == 403
        assert browser(appoint(Role.AUDITOR)).post(address, {"at_once": 1}).status_code == 403


class TestHome:
    def test_says_how_many_wait_for_the_reader(self, ada: Member, care: User, chief: User):
        ask(ada, care)

        assert "1 request waits for approval." in words_of(browser(chief), "/desk/")
        # One's own waits for somebody else.
        assert "waits for approval" not in words_of(browser(care), "/desk/")
        nice = Store.objects.create(code="nice", name="Nice")
        manager = appoint(Role.STORE_MANAGER, stores=(nice,))
        assert "waits for approval" not in words_of(browser(manager), "/desk/")
