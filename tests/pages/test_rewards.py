"""The catalogue and vouchers in Chromium: every state, both schemes, and by keyboard alone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from members import vouchering
from members.models import Member, Voucher
from rewards.models import Reward, VoucherPool
from tests.members.builders import give_voucher
from tests.pages.browsing import COVERING, LOOKS, leave_by, visiting
from tests.pages.test_accessibility import browser, sign_in
from tests.portal import shelf

__all__ = ["browser"]

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def session_of(member: Member) -> str:
    client = Client()
    client.force_login(member.user)
    return client.cookies["session"].value


def speak(member: Member, language: str) -> None:
    member.user.language = language
    member.user.save()


class TestTheCatalogue:
    @pytest.mark.parametrize(
        ("language", "scheme", "width"),
        COVERING,
    )
    def test_is_without_fault_in_every_state(
        self, browser: Browser, live_server: LiveServer, language: str, scheme: str, width: int
    ):
        ada = shelf.enrol_ada(at=timezone.now())
        speak(ada, language)
        with visiting(
            browser, live_server.url, scheme=scheme, width=width, session=session_of(ada)
        ) as visit:
            assert visit.faults_of("/me/rewards/") == ""  # empty
            shelf.fill_catalogue(at=timezone.now())
            pages = [
                "/me/rewards/",
                "/me/rewards/?category=cafe",
                *(f"/me/rewards/rew_{number}/" for number in (1, 2, 3, 4, 5, 7, 8, 9)),
                "/me/rewards/rew_1/?ask=1",
                "/me/rewards/rew_7/?ask=1",  # a long name
            ]
            assert "".join(visit.faults_of(page) for page in pages) == ""
            Member.objects.update(spending_locked_until=timezone.now() + timedelta(hours=3))
            assert visit.faults_of("/me/rewards/rew_1/") == ""

    def test_says_a_refusal_without_fault(self, browser: Browser, live_server: LiveServer):
        ada = shelf.enrol_ada(at=timezone.now())
        shelf.fill_catalogue(at=timezone.now())
        with visiting(browser, live_server.url, session=session_of(ada)) as visit:
            visit.page.goto(f"{live_server.url}/me/rewards/rew_1/?ask=1")
            Reward.objects.filter(public_id="rew_1").update(stock=0)
            visit.page.locator("#ask button").click()

            alert = visit.page.get_by_role("alert")
            expect(alert).to_contain_text("None of this reward is left.")


class TestTakingAReward:
    def test_takes_a_keyboard_and_no_script(self, browser: Browser, live_server: LiveServer):
        ada = shelf.enrol_ada(at=timezone.now())
        shelf.fill_catalogue(at=timezone.now())
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies(
            [{"name": "session", "value": session_of(ada), "url": live_server.url}]
        )
        page = context.new_page()
        page.goto(f"{live_server.url}/me/rewards/")

        leave_by(page.get_by_role("link", name="A coffee on the house"), key="Enter")
        leave_by(page.get_by_role("link", name="Use 200 points"), key="Enter")
        leave_by(page.get_by_role("button", name="Use 200 points"), key="Enter")

        voucher = Voucher.objects.get()
        assert page.url == f"{live_server.url}/me/vouchers/{voucher.pk}/"
        assert voucher.spelled.replace("-", " ") in page.inner_text(".voucher__code")
        context.close()


class TestVouchers:
    @pytest.mark.parametrize(("scheme", "width"), LOOKS)
    def test_are_without_fault_in_every_state(
        self, browser: Browser, live_server: LiveServer, scheme: str, width: int
    ):
        now = timezone.now()
        ada = shelf.enrol_ada(at=now)
        with visiting(
            browser, live_server.url, scheme=scheme, width=width, session=session_of(ada)
        ) as visit:
            lists = [f"/me/vouchers/?state={state}" for state in ("", "used", "over")]
            assert "".join(visit.faults_of(page) for page in lists) == ""
            made = [give_voucher(ada, name_en=shelf.LONG, at=now) for _ in range(25)]
            vouchering.use(code=made[0].code, at=now)
            vouchering.cancel(voucher=made[1])
            Voucher.objects.filter(pk=made[2].pk).update(expires_at=now)
            ones = [f"/me/vouchers/{voucher.pk}/" for voucher in made[:4]]
            assert "".join(visit.faults_of(page) for page in [*lists, *ones]) == ""


class TestTheDesk:
    @pytest.mark.parametrize(("scheme", "width"), LOOKS)
    def test_is_without_fault(
        self, browser: Browser, live_server: LiveServer, scheme: str, width: int
    ):
        shelf.enrol_ada(at=timezone.now())
        shelf.fill_catalogue(at=timezone.now())
        pool = VoucherPool.objects.create(name="Cinema")
        codes = f"/desk/rewards/voucherpool/{pool.pk}/codes/"
        pages = [
            f"/desk/rewards/reward/{shelf.reward(8).pk}/change/",
            "/desk/rewards/reward/add/",
            f"/desk/rewards/voucherpool/{pool.pk}/change/",
            codes,
        ]
        with visiting(
            browser, live_server.url, scheme=scheme, width=width, session=sign_in()
        ) as visit:
            assert "".join(visit.faults_of(page) for page in pages) == ""
            visit.page.goto(live_server.url + codes)
            file = {"name": "codes.csv", "mimeType": "text/csv", "buffer": b"Cine-1\nCine-1\n"}
            visit.page.set_input_files("input[type=file]", file)
            leave_by(visit.page.get_by_role("button").filter(has_text="seulement"))
            expect(visit.page.locator("#report-title")).to_have_count(1)
            assert "2" in visit.page.inner_text(".table-plain tbody")
