"""Adjusting and approving in a browser: without fault in every state, scheme and width."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from loyalty.identity.models import Approval, User
from loyalty.identity.roles import Role
from members import adjusting, enrolling
from members.models import Member
from tests.desk.entering import prove
from tests.members.staff import appoint
from tests.pages.browsing import DESK, LOOKS, Visit, leave_by, visiting
from tests.pages.conftest import set_up
from tests.pages.test_accessibility import browser

__all__ = ["browser"]
# Where to leave pictures, for whoever wants to look.
PICTURES = os.environ.get("PICTURES", "")

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    prove(client)
    return client.cookies["session"].value


def ask(member: Member, by: User, key: str, points: int = 900) -> Approval:
    asked = adjusting.adjust(
        member=member,
        wallet="points",
        points=points,
        reason="complaint",
        note="Le gâteau était sec et la boîte cabossée ; la cliente a été charmante.",
        requested_by=by,
        key=key,
        at=timezone.now(),
    )
    assert asked.approval is not None
    return asked.approval


class Scene:
    """Requests in every state, before a customer carer who asked for one of them."""

    def __init__(self) -> None:
        set_up(at=timezone.now() - timedelta(days=30))
        self.reader = appoint(Role.CUSTOMER_CARE, "clara")
        self.manager = appoint(Role.ADMINISTRATOR, "denis")
        self.ada = enrolling.enrol(
            at=timezone.now(),
            first_name="Anne-Charlotte",
            last_name="de La Rochefoucauld-Montmorency",
            email="ada@example.org",
        )
        self.own = enrolling.enrol(
            at=timezone.now(), first_name="Clara", email="clara+fidelite@staff.example"
        )

    def fill(self) -> None:
        self.mine = ask(self.ada, self.reader, "mine")
        self.above = ask(self.ada, self.manager, "above", points=12_000)
        ask(self.own, self.manager, "own", points=6_000)
        for n, decide in enumerate((adjusting.approve, adjusting.refuse)):
            approval = ask(self.ada, self.reader, f"over {n}", points=700)
            decide(approval=approval, decided_by=self.manager, at=timezone.now(), word="Vu.")
        lapsed = ask(self.ada, self.reader, "lapsed")
        Approval.objects.filter(pk=lapsed.pk).update(lapses_at=timezone.now())


def picture(visit: Visit, name: str, width: int, scheme: str) -> None:
    if PICTURES:
        place = Path(PICTURES) / f"{name}-{width}-{scheme}.png"
        visit.page.screenshot(path=str(place), full_page=True)


@pytest.mark.parametrize(
    ("scheme", "width", "language"),
    [*((scheme, width, "fr") for scheme, width in LOOKS), ("light", DESK, "en")],
)
class TestTheApprovals:
    def test_are_without_fault(
        self,
        browser: Browser,
        live_server: LiveServer,
        scheme: str,
        width: int,
        language: str,
    ):
        scene = Scene()
        User.objects.update(language=language)
        with visiting(
            browser, live_server.url, language=language, scheme=scheme, width=width,
            session=session_of(scene.reader),
        ) as visit:  # fmt: skip
            assert visit.faults_of(reverse("admin:approvals")) == ""
            scene.fill()
            assert visit.faults_of(reverse("admin:approvals")) == ""
            picture(visit, f"approvals-{language}", width, scheme)
            for approval in (scene.mine, scene.above):
                address = reverse("admin:approval", args=[approval.public_id])
                assert visit.faults_of(address) == ""
            picture(visit, f"approval-{language}", width, scheme)

    def test_begin_with_an_adjustment_without_fault(
        self,
        browser: Browser,
        live_server: LiveServer,
        scheme: str,
        width: int,
        language: str,
    ):
        scene = Scene()
        User.objects.update(language=language)
        with visiting(
            browser, live_server.url, language=language, scheme=scheme, width=width,
            session=session_of(scene.reader),
        ) as visit:  # fmt: skip
            assert visit.faults_of(reverse("admin:member_adjust", args=[scene.own.pk])) == ""
            assert visit.faults_of(reverse("admin:member_adjust", args=[scene.ada.pk])) == ""
            picture(visit, f"adjust-{language}", width, scheme)
            visit.page.locator("#id_points").fill("20")
            visit.page.locator("#id_reason").select_option("other")
            leave_by(visit.page.locator(".desk-form button"))
            assert visit.faults_here("adjust") == ""  # a note is missing
            picture(visit, f"adjust-wrong-{language}", width, scheme)
            visit.page.locator("#id_points").fill("2000")
            visit.page.locator("#id_note").fill("Un geste pour une longue fidélité.")
            leave_by(visit.page.locator(".desk-form button"))
            assert visit.faults_here("adjust") == ""  # it would wait
            picture(visit, f"adjust-sure-{language}", width, scheme)
            leave_by(visit.page.locator("button[name=sure]"))

        assert Approval.objects.get().payload["points"] == 2_000
