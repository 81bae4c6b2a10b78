"""The desk's home, members, purchases, jobs and audit in a browser, empty and full."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from loyalty.events.models import JobRun, JobState, Message
from loyalty.identity.models import SignIn, User
from members import blocking, carding, enrolling, noting, purchasing, returning
from members.models import Card, ImportRun, Member, Purchase
from members.returning import Brought
from members.selling import SaleLine
from rewards import redeeming
from rewards.models import Reward
from tests.desk.entering import prove
from tests.members.builders import sale
from tests.pages.browsing import LOOKS, visiting
from tests.pages.conftest import fill_shop, set_up
from tests.pages.test_accessibility import browser

__all__ = ["browser"]

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def boss() -> tuple[User, str]:
    user = User.objects.create_superuser("direction-generale@example.test")
    client = Client()
    client.force_login(user)
    prove(client)
    return user, client.cookies["session"].value


def somebody(**said: str) -> Member:
    return enrolling.enrol(at=timezone.now() - timedelta(days=40), **said)


def live(member: Member, by: User) -> Purchase:
    """Let everything happen to a member that their page can show."""
    at, actor = timezone.now(), f"user:{by.pk}"
    lines = [SaleLine(name="Sablés pur beurre", amount_cents=24_000, quantity=Decimal(4))]
    bought = purchasing.record(
        sale=sale(member, "240.00", occurred_at=at, lines=lines), key="a", at=at
    )
    coffee = Reward.objects.get(public_id="rew_1")
    redeeming.redeem(member=member, reward=coffee, key="r", at=at)
    for key, told in (("b", {"quantities": {1: Decimal(1)}}), ("c", {"amount_cents": 2_000})):
        brought = Brought(purchase=bought, occurred_at=at, receipt=f"T1-{key}", **told)
        returning.record(brought=brought, key=key, at=at)
    carding.replace(card=Card.objects.get(member=member), at=at, key="c", actor=actor)
    noting.write(member=member, text="Préfère le téléphone. " * 9, author=by, at=at)
    blocking.block(member=member, at=at, actor=actor, reason="misuse")
    Message.objects.create(
        public_id="msg_1", key="k", recipient=member.public_id, kind="WELCOME", state="FAILED",
        reason="TOO_LATE", created_at=at, due_at=at, give_up_at=at,
    )  # fmt: skip
    return bought


def go_wrong(by: User) -> None:
    at = timezone.now()
    for days, state in enumerate(JobState):
        JobRun.objects.create(
            job="settle", business_day=date(2026, 3, 9) - timedelta(days=days), state=state,
            started_at=at, ended_at=at, rows=12_345, error="OperationalError: gone away",
        )  # fmt: skip
    ImportRun.objects.create(kind="members", content_hash="a", started_at=at)
    SignIn.objects.create(user=by, how="mfa", came_at=at, address="2001:db8::8a2e:370:7334")


def paths_of(member: Member) -> list[str]:
    page = reverse("admin:members_member_change", args=[member.pk])
    there = page.removesuffix("change/")
    return [
        *("/desk/", "/desk/jobs/", "/desk/audit/", "/desk/audit/?q=nobody-like-them", page),
        *(f"{there}identity/", f"{there}block/", f"{there}unblock/"),
        *("/desk/members/member/", "/desk/members/member/?state__exact=BLOCKED"),
    ]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_desk_is_without_fault_empty_and_full(
    browser: Browser,
    live_server: LiveServer,
    scheme: str,
    width: int,
):
    by, session = boss()
    with visiting(browser, live_server.url, scheme=scheme, width=width, session=session) as visit:
        assert visit.faults_of("/desk/") == ""  # before the programme is set up
        set_up(at=timezone.now() - timedelta(days=60))
        fill_shop()
        ada = somebody(
            first_name="Anne-Charlotte",
            last_name="de La Rochefoucauld-Montmorency",
            email="anne-charlotte.de.la.rochefoucauld-montmorency@example.org",
        )
        paths = paths_of(ada)
        assert "\n".join(filter(None, map(visit.faults_of, paths))) == ""

        bought = live(ada, by)
        go_wrong(by)

        there = paths[4].removesuffix("change/")
        note, card = ada.notes.get(), ada.cards.latest("pk")
        paths += [
            f"{there}notes/{note.pk}/erase/",
            f"{there}cards/{card.pk}/replace/",
            f"{there}statement/",
            reverse("admin:members_purchase_change", args=[bought.pk]),
            "/desk/jobs/2026-03-07/again/",
            "/desk/members/",
        ]
        assert "\n".join(filter(None, map(visit.faults_of, paths))) == ""
