"""Two of the staff, outside the demo: one asks for more than they may, another agrees."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from loyalty import grants
from loyalty.desk.guarding import SUDO
from loyalty.identity import staffing
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from members import enrolling
from members.models import Card, Member
from tests.desk import entering
from tests.journeys.walking import HABITS, Habit, Walker, walking
from tests.members.builders import points_of
from tests.pages.conftest import set_up
from tests.portal.entering import last_code

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _for_real(settings: Settings) -> None:
    settings.DEMO = False


def enrol_ada(language: str) -> Member:
    """Open the programme with Ada in it, and somebody else who is not to be found."""
    set_up()
    ada = enrolling.enrol(
        at=timezone.now(),
        first_name="Ada",
        last_name="Lovelace",
        email="ada@example.test",
        language=language,
    )
    enrolling.enrol(at=timezone.now(), first_name="Grace", last_name="Hopper")
    return ada


def appoint(role: Role, first_name: str, last_name: str, language: str) -> User:
    grants.sync()
    return staffing.appoint(
        email=f"{first_name.lower()}@staff.example",
        role=role,
        password=entering.PASSWORD,
        first_name=first_name,
        last_name=last_name,
        language=language,
    )


@pytest.mark.parametrize("habit", HABITS, ids=str)
def test_one_asks_for_points_and_another_agrees(
    browser: Browser, live_server: LiveServer, habit: Habit
):
    ada = enrol_ada(habit.language)
    care = appoint(Role.CUSTOMER_CARE, "Clara", "Care", habit.language)
    chief = appoint(Role.ADMINISTRATOR, "Charles", "Chief", habit.language)
    entering.set_up(chief, at=timezone.now() - timedelta(minutes=5))

    with walking(browser, live_server.url, habit) as clara:
        shows_a_password(clara, care)
        sets_up_an_authenticator(clara)
        finds_ada(clara, by="lovel")
        finds_ada(clara, by=Card.objects.get(member=ada).number)
        finds_ada(clara, by="ada@example.test")
        asks_for_900_points(clara)
        assert points_of(ada, at=timezone.now()) == 0
        clara.saw_no_fault()

    with walking(browser, live_server.url, habit) as charles:
        shows_a_password(charles, chief)
        shows_a_code(charles)
        approves_what_clara_asked(charles)
        reads_the_audit(charles)
        reads_the_movements_of(charles, ada)
        charles.saw_no_fault()
    assert points_of(ada, at=timezone.now()) == 900

    with walking(browser, live_server.url, habit) as member:
        sees_the_adjustment(member, ada)
        member.saw_no_fault()


def shows_a_password(staff: Walker, user: User) -> None:
    staff.open("/desk/")
    staff.stands_at("Sign in")
    staff.write("E-mail", user.email)
    staff.write("Password", entering.PASSWORD)
    staff.press("Sign in")


def sets_up_an_authenticator(staff: Walker) -> None:
    staff.stands_at("Second factor")
    staff.follow("Set up an app")
    staff.stands_at("Authenticator app")
    staff.unfold("No camera? Type the key instead")
    secret = staff.text_of(".entrance__secret").replace(" ", "")
    counter = int(timezone.now().timestamp()) // 30
    staff.write("Code", totp.format_hotp_value(totp.hotp_value(secret, counter)))
    staff.press("Set up this app")
    staff.stands_at("Recovery codes")
    expect(staff.page.locator(".entrance__codes li")).to_have_count(10)
    staff.follow("I have kept them")
    staff.stands_at("Today")


def shows_a_code(staff: Walker) -> None:
    staff.stands_at("Your second factor")
    staff.write("Code", entering.code_at(timezone.now()))
    staff.press("Continue")
    staff.stands_at("Today")


def finds_ada(staff: Walker, *, by: str) -> None:
    staff.open("/desk/")
    staff.write("Find a member", by)
    staff.press("Search")
    staff.stands_at("Members")
    expect(staff.page.locator("#result_list tbody tr")).to_have_count(1)
    staff.follow("Ada Lovelace")
    staff.stands_at("Ada Lovelace")


def asks_for_900_points(staff: Walker) -> None:
    """Ask, some minutes after signing in: whoever sits there is asked first who they are."""
    let_minutes_pass()
    staff.follow("Adjust points")
    staff.stands_at("Is it still you?")
    staff.write("Password", entering.PASSWORD)
    staff.press("Continue")
    staff.stands_at("Adjust the points of Ada Lovelace")
    staff.write("How many", "900")
    staff.choose("Reason", "complaint settled")
    staff.press("Look at it again")
    staff.reads("Add 900 points?")
    staff.reads("it waits for another person, and nothing moves until then")
    staff.press("Ask for it")
    staff.stands_at("Approvals")
    staff.reads("Nothing has moved yet: this waits for another person.")
    staff.reads("You asked for it: another person must decide.")


def let_minutes_pass() -> None:
    """Make what everybody proved of themselves older than it is believed."""
    for row in Session.objects.all():
        session = Client().session.__class__(row.session_key)
        session["proved_at"] -= SUDO.total_seconds()
        session.save()


def approves_what_clara_asked(staff: Walker) -> None:
    staff.follow("See the approvals : 1 request waits for approval.")
    staff.stands_at("Approvals")
    staff.follow("Decide : +900, Ada Lovelace")
    staff.stands_at("Decide on a request")
    assert "Clara Care" in staff.text_of(".desk-facts")
    staff.reads("complaint settled")
    staff.press("Approve")
    staff.stands_at("Approvals")
    staff.reads("Approved, and posted.")


def reads_the_audit(staff: Walker) -> None:
    """Both are named: who asked, and who decided."""
    if staff.is_on_a_phone:
        staff.unfold("Menu", within=staff.page.locator("body"))
    staff.unfold("Administration", within=staff.page.locator("body"))
    staff.follow("Audit log")
    staff.stands_at("Audit log")
    log = [" ".join(row.split()) for row in staff.page.locator("tbody tr").all_inner_texts()]
    asked, decided = (
        words_of(log, staff.say(kind)) for kind in ("Approval asked", "Approval decided")
    )
    assert ("Clara Care" in asked, staff.say("adjustment of points") in asked) == (True, True)
    assert ("Charles Chief" in decided, staff.say("approved") in decided) == (True, True)
    assert any("Clara Care" in row and "Ada Lovelace +900" in row for row in log)


def words_of(log: list[str], kind: str) -> str:
    """Return the one line of the log about this."""
    (line,) = (row for row in log if kind in row)
    return line


def reads_the_movements_of(staff: Walker, ada: Member) -> None:
    staff.open(f"/desk/members/member/{ada.pk}/change/")
    staff.stands_at("Ada Lovelace")
    row = staff.text_of("#movements tbody tr")
    assert " ".join(staff.say("Adjustment: your complaint").split()) in row
    assert [said in row for said in ("+900 900", "Clara Care", "Charles Chief")] == [True] * 3


def sees_the_adjustment(member: Walker, ada: Member) -> None:
    """The member signs in by a code and reads it in the history."""
    member.open("/me/history/")
    member.stands_at("Sign in")
    member.write("E-mail address", str(ada.email))
    member.press("Send me a code")
    member.stands_at("Enter your code")
    member.write("Code of 6 digits", last_code(str(ada.email)))
    member.press("Continue")
    member.stands_at("History")
    row = member.text_of(".rows .rows__item")
    assert row.startswith(" ".join(member.say("Adjustment: your complaint").split()))
    assert "+900" in row
