"""Every page of the gallery in Chromium, filled and with long names; and that none is missing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from loyalty.desk import urls
from loyalty.identity.models import User
from loyalty.programmes import revising
from loyalty.programmes.models import Store, Tier
from members import reviewing
from members.models import Member
from rewards.models import Reward, VoucherPool
from tests.desk.entering import prove
from tests.pages import gallery, screenshots
from tests.pages.browsing import DESK, PHONE, Scheme, visiting
from tests.pages.gallery import PAGES, Reader
from tests.pages.matrix.routes import walk
from tests.pages.matrix.scene import Scene, build
from tests.pages.test_accessibility import browser

__all__ = ["browser"]

LONG = "Anticonstitutionnellement" * 3
# Files, redirects, answers to a button, and pages that come once: what there is of each is seen
# by the test of its subject.
NOT_PAGES = {
    "portal:login_code": "asks for a code that was just sent",
    "portal:contact_code": "asks for a code that was just sent",
    "portal:logout": "answers a button",
    "portal:erase_undo": "answers a button",
    "portal:survey": "the form of portal:surveys, by a link that an e-mail tells once",
    "portal:history_download": "a file",
    "portal:statement": "a file",
    "admin:member_statement_download": "a file",
    "portal:download": "a file",
    "portal:household_leave": "leads back whoever is in none: its subject's tests",
    "portal:membership": "leads back whoever pays for none: its subject's tests",
    "portal:unsubscribe": "opened by a link in an e-mail",
    "portal:mailbox_letter": "an e-mail, which has its own tests",
    "admin:mfa_enter": "asks whoever just showed a password",
    "admin:mfa_totp": "shows a secret",
    "admin:mfa_key": "needs a device",
    "admin:mfa_codes": "shown once",
    "admin:mfa_renew": "answers a button",
    "admin:mfa_remove": "answers a button",
    "admin:approval": "one request: its subject's tests",
    "admin:simulation": "one report: its subject's tests",
    "admin:webhook": "one webhook: its subject's tests",
    "admin:webhook_secret": "one question, as before blocking",
    "admin:campaign": "one campaign: its subject's tests",
    "admin:offer": "one offer: its subject's tests",
    "admin:goal": "one goal: its subject's tests",
    "admin:plan_action": "one action: its subject's tests",
    "admin:lost_back": "answers a button",
    "admin:lost_gather": "answers a button",
    "admin:member_note": "answers a button",
    "admin:member_erase_note": "one question, as before blocking",
    "admin:member_unmerge": "one question, as before blocking",
    "admin:segment": "the editor of a new one, with its members beside",
    "admin:segment_assign": "answers two buttons",
    "admin:member_unblock": "one question, as before blocking",
    "admin:member_close": "one question, as before blocking",
    "admin:member_household": "one question, as before blocking",
    "admin:member_household_leave": "one question, as before blocking",
    "admin:member_household_end": "one question, as before blocking",
    "admin:member_referral_cancel": "one question, as before blocking",
    "admin:member_fee": "one question, as before blocking",
    "admin:member_fee_cancel": "one question, as before blocking",
    "admin:member_fee_back": "one question, as before blocking",
    "admin:member_replace_card": "one question, as before blocking",
    "admin:email": "an e-mail, which has its own tests",
    "admin:jobs_again": "one question, as before blocking",
    "admin:till_open": "answers a script",
    "admin:till_renew": "answers a script",
    "admin:till_close": "answers a script",
    "admin:measure_table": "a file",
    "admin:measure_chart": "a file",
    "admin:retention": "leads to where it is now",
    "admin:import": "a file that was just sent",
    "admin:import_errors": "a file",
    "admin:export_taken": "a file",
}
COVERING: list[tuple[str, Scheme, int, bool]] = [
    ("fr", "light", PHONE, True),
    ("en", "dark", DESK, False),
]


def ours() -> set[str]:
    """Return the routes of members' pages and of the desk's own."""
    desk = {f"admin:{page.name}" for page in (*urls.ENTRANCE, *urls.PAGES)}
    return {route.name for route in walk() if route.name.startswith("portal:")} | desk


class TestTheGallery:
    def test_has_every_page(self):
        filled = {
            "reward": "rew_1", "voucher": "1", "member": "1", "other": "2", "pool": "1",
            "review": "rvw_1", "case": "cas_1",
        }  # fmt: skip
        there = {resolve(page.path.format(**filled).partition("?")[0]).view_name for page in PAGES}

        assert sorted(ours() - there - {*NOT_PAGES}) == [], "Add these to tests/pages/gallery.py"

    def test_names_each_once(self):
        names = [page.name for page in PAGES]

        assert len(names) == len(set(names))

    def test_has_a_picture_of_each_and_no_other(self):
        pictures = {file.stem for file in screenshots.IMAGES.glob("*.png")}

        assert pictures == {page.name for page in PAGES}, "Run: make screenshots"


def lengthen(scene: Scene) -> None:
    """Give everybody and everything a name that is hard to fit."""
    Member.objects.update(first_name=LONG, last_name=LONG)
    Reward.objects.update(name_fr=LONG, name_en=LONG)
    Store.objects.update(name=LONG)


def session_of(user: User, language: str) -> str:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(user)
    prove(client)
    return client.cookies["session"].value


def places(scene: Scene) -> dict[str, Any]:
    return {
        "reward": "rew_2",
        "voucher": scene.ada.redemption.voucher_id,
        "member": scene.ada.member.pk,
        "other": scene.ben.member.pk,
        "case": scene.ada.case.public_id,
        "pool": VoucherPool.objects.get().pk,
        "review": looked_at(scene.people["A"]),
    }


def looked_at(by: User) -> str:
    """Return a look at who would move, now that the highest tier asks for more."""
    Tier.objects.filter(code="gold").update(threshold_cents=10_000_000)
    revising.touch()
    review = reviewing.start(by=by, at=timezone.now())
    reviewing.work(review=review, clock=timezone.now)
    return review.public_id


# What only a browser sees does not depend on the engine; what a page says is tested on both.
@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
class TestEveryPage:
    @pytest.mark.parametrize("habit", COVERING)
    def test_is_without_fault(
        self, browser: Browser, live_server: LiveServer, habit: tuple[str, Scheme, int, bool]
    ):
        language, scheme, width, is_long = habit
        scene = build(at=timezone.now())
        if is_long:
            lengthen(scene)
        sessions = {
            Reader.ANYBODY: "",
            Reader.MEMBER: session_of(scene.people["a"], language),
            Reader.STAFF: session_of(scene.people["A"], language),
        }
        there, faults = places(scene), []
        for reader, session in sessions.items():
            with visiting(
                browser, live_server.url,
                language=language, scheme=scheme, width=width, session=session,
            ) as visit:  # fmt: skip
                paths = [one.path for one in gallery.PAGES if one.reader is reader]
                faults += [visit.faults_of(path.format(**there)) for path in paths]

        assert "\n".join(filter(None, faults)) == ""
