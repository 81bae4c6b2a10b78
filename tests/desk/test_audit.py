"""The audit log: who did what, when, from where, before and after. Nobody writes it."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import get_resolver
from simple_history.models import HistoricalChanges
from time_machine import travel

from loyalty.desk.audit import sources
from loyalty.identity import sessions
from loyalty.identity.models import Approval, ApprovalKind, SignIn, User
from loyalty.identity.roles import Role
from loyalty.identity.sessions import Entry
from loyalty.programmes.models import Programme, Store, StoreAssignment, Tier
from members import adjusting, blocking, correcting, enrolling, purchasing
from members.models import Member
from rewards import redeeming, stocking
from rewards.models import Reward
from tests.conftest import NOON
from tests.desk.conftest import SignIn as SignInAs
from tests.desk.reading import queries_of, words_of
from tests.members.builders import sale
from tests.members.staff import appoint
from tests.pages.conftest import add_reward

AUDIT = "/desk/audit/"


@pytest.fixture(autouse=True)
def _noon() -> object:
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def ada(shop: Programme) -> Member:
    return enrolling.enrol(
        at=NOON, first_name="Ada", last_name="Lovelace", email="ada@example.org"
    )


def rename(member: Member, name: str) -> None:
    identity = correcting.Identity(last_name=name, email=member.email)
    correcting.correct(member=member, identity=identity, at=NOON, actor="user:1")


class TestTheLog:
    def test_tells_who_did_what_from_where_before_and_after(self, ada: Member, desk: Client):
        said = {"reason": "misuse"}
        desk.post(f"/desk/members/member/{ada.pk}/block/", said)

        told = words_of(desk, AUDIT)

        assert (
            "10 Mar 2026 12:00:00 admin@example.test Member Ada Lovelace blocked (misuse)"
            " State before : active → after : blocked 127.0.0.1"
        ) in told

    def test_names_what_keys_point_to_and_writes_figures_as_people_do(
        self, ada: Member, desk: Client
    ):
        reward = Reward.objects.get(public_id="rew_1")
        reward.minimum_tier, reward.cost = Tier.objects.get(code="gold"), 1_200
        reward.save()

        told = words_of(desk, AUDIT + "?kind=rewards.reward", "fr")

        assert "Coût en points avant : 80 → après : 1 200" in told
        assert "À partir du niveau avant : – → après : Or" in told

    def test_tells_who_changed_a_stock_and_not_what_members_took_meanwhile(
        self, ada: Member, desk: Client
    ):
        reward = Reward.objects.get(public_id="rew_1")
        stocking.restock(reward=reward, pieces=12)
        stocking.take_one(reward)
        reward = Reward.objects.get(pk=reward.pk)
        reward.cost = 90
        reward.save()

        told = words_of(desk, AUDIT + "?kind=rewards.reward", "fr")

        assert "stock modifié (sans limite → 12)" in told
        assert "Coût en points avant : 80 → après : 90" in told
        assert "avant : 12" not in told

    def test_tells_sign_ins_and_what_was_done_to_users(self, programme: Programme, desk: Client):
        boss = User.objects.get()
        SignIn.objects.create(user=boss, how="factor", came_at=NOON, address="192.0.2.7")
        LogEntry.objects.log_actions(
            user_id=boss.pk, queryset=[boss], action_flag=2,
            change_message=[{"changed": {"fields": ["Roles"]}}], single_object=True,
        )  # fmt: skip

        told = words_of(desk, AUDIT)

        assert "admin@example.test Sign-in signed in 192.0.2.7" in told
        assert "user admin@example.test Changed Roles." in told

    def test_tells_cancellations(self, ada: Member, desk: Client):
        add_reward(7, "Un thé", "A tea", 10)
        purchasing.record(sale=sale(ada, "40.00"), key="a", at=NOON)
        tea = Reward.objects.get(public_id="rew_7")
        done = redeeming.redeem(member=ada, reward=tea, key="r", at=NOON)
        boss = User.objects.get()
        redeeming.cancel(redemption=done, key="c", at=NOON, actor=f"user:{boss.pk}")

        told = words_of(desk, AUDIT + "?kind=cancellation")

        assert "admin@example.test Cancelled redemption Ada Lovelace A tea · 10 points" in told

    def test_names_rows_that_are_nothing_but_keys(self, shop: Programme, desk: Client):
        clerk = User.objects.create_user("clerk@example.test", first_name="Inès", is_staff=True)
        bastille = Store.objects.get(code="bastille")
        assigned = StoreAssignment.objects.create(user=clerk, store=bastille)
        assigned.delete()

        told = words_of(desk, AUDIT + "?kind=programmes.storeassignment")

        assert f"User's store Inès · {bastille.name} deleted" in told
        assert f"User's store Inès · {bastille.name} created" in told

    def test_says_that_a_member_did_it_and_each_kind_in_the_readers_language(
        self, ada: Member, desk: Client
    ):
        ada.user = User.objects.create_user("mem_1@members.invalid")
        ada.last_name = "King"
        ada._history_user = ada.user
        ada.save()

        assert "the member Member Ada King changed" in words_of(desk, AUDIT)
        assert "le membre Membre Ada King modifié" in words_of(desk, AUDIT, "fr")

    def test_names_the_member_that_an_approval_is_about(self, ada: Member, desk: Client):
        boss = User.objects.get()
        Approval.objects.create(
            kind=ApprovalKind.ADJUSTMENT, subject=ada.public_id, requested_by=boss,
            requested_at=NOON, lapses_at=NOON + timedelta(days=7), key="k",
        )  # fmt: skip

        told = words_of(desk, AUDIT + "?kind=approval-asked")

        assert "Approval asked Ada Lovelace adjustment of points" in told
        assert ada.public_id not in told

    def test_names_by_their_card_whoever_told_no_name(self, shop: Programme, desk: Client):
        nobody = enrolling.enrol(at=NOON, card="2000 0000 0012 1")
        Approval.objects.create(
            kind=ApprovalKind.ADJUSTMENT, subject=nobody.public_id, requested_at=NOON,
            requested_by=User.objects.get(), lapses_at=NOON + timedelta(days=7), key="k",
        )  # fmt: skip

        told = words_of(desk, AUDIT + "?kind=approval-asked")

        assert "Approval asked 2000000000121 adjustment of points" in told
        assert nobody.public_id not in told

    def test_tells_who_let_points_move_that_somebody_else_asked_for(
        self, ada: Member, desk: Client
    ):
        clara = appoint(Role.CUSTOMER_CARE, "clara")
        asked = adjusting.adjust(
            member=ada, wallet="points", points=900, reason="complaint", requested_by=clara,
            key="k", at=NOON,
        )  # fmt: skip
        assert asked.approval is not None
        boss = User.objects.get(is_superuser=True)
        adjusting.approve(approval=asked.approval, decided_by=boss, at=NOON)

        told = words_of(desk, AUDIT + "?kind=adjustment")
        page = words_of(desk, f"/desk/members/member/{ada.pk}/change/")

        assert (
            "Clara Adjustment Ada Lovelace +900 · complaint settled"
            " · approved by admin@example.test"
        ) in told
        assert "Clara, approved by admin@example.test" in page

    def test_tells_refused_sign_ins_of_staff(self, shop: Programme, desk: Client):
        appoint(Role.CASHIER, "zoe")
        typed = {"username": "Zoe@staff.example", "password": "hunter2 hunter2"}
        stranger = Client(REMOTE_ADDR="192.0.2.7")

        answers = [stranger.post("/desk/login/", typed).status_code for _n in range(12)]
        Client().post("/desk/login/", {**typed, "username": "nobody@staff.example"})

        told = words_of(desk, AUDIT + "?kind=sign-in")
        assert "Zoe Sign-in refused: wrong password 192.0.2.7" in told
        assert answers == [200] * 4 + [429] * 8
        rows = SignIn.objects.filter(is_refused=True)
        assert {(row.user.email, row.address) for row in rows} == {
            ("zoe@staff.example", "192.0.2.7")
        }
        assert rows.count() == 10
        assert "hunter2" not in str(list(SignIn.objects.values()))

    def test_is_in_the_order_of_time_through_all_pages(self, ada: Member, desk: Client):
        for n in range(70):
            with travel(NOON + timedelta(minutes=n), tick=False):
                rename(ada, f"Name{n}")
                ada.refresh_from_db()
        SignIn.objects.create(user=None, how="factor", came_at=NOON + timedelta(minutes=69))
        seen, url = [], AUDIT
        while url:
            answer = desk.get(url)
            seen += [
                (event.at, event.kind, event.about, event.differences)
                for event in answer.context["trail"].events
            ]
            url = AUDIT + answer.context["older"] if answer.context["older"] else ""

        moments = [row[0] for row in seen]
        assert moments == sorted(moments, reverse=True)
        assert len(seen) == len(set(seen))
        assert sum(row[2].startswith(("Name", "Ada")) for row in seen) == 71

    def test_asks_the_same_of_20_rows_as_of_200(self, ada: Member, desk: Client):
        tomorrow = NOON + timedelta(days=1)
        for _n in range(5):
            at = tomorrow + timedelta(hours=1)
            SignIn.objects.create(user=User.objects.first(), how="factor", came_at=at)

        def fill(count: int) -> int:
            with travel(tomorrow, tick=False):
                for _n in range(count):
                    blocking.block(member=ada, at=tomorrow, actor="user:1")
                    blocking.unblock(member=ada, at=tomorrow, actor="user:1")
                return queries_of(desk, AUDIT + "?from=2026-03-11")

        fill(8)

        # One for each source; session, user, and what the changes name.
        assert fill(2) == fill(90) == len(sources.get_sources()) + 3

    def test_says_so_before_anything_happened(self, desk: Client):
        assert "Nothing yet" in words_of(desk, AUDIT + "?kind=approval-asked").replace(
            "Nothing fits these filters.", "Nothing yet"
        )


class TestSearching:
    def test_finds_by_whom_and_about_whom(self, ada: Member, desk: Client):
        grace = enrolling.enrol(at=NOON, last_name="Hopper")
        blocking.block(member=grace, at=NOON, actor="user:1")

        assert "Hopper" in words_of(desk, AUDIT)
        assert "Hopper" not in words_of(desk, AUDIT + "?q=Lovelace")
        assert "Lovelace" in words_of(desk, AUDIT + "?q=ada@example.org")
        assert "Nothing fits these filters." in words_of(desk, AUDIT + "?who=nobody")

    def test_finds_by_day_and_kind(self, ada: Member, desk: Client):
        assert "Nothing fits" in words_of(desk, AUDIT + "?to=2026-03-09")
        assert "Ada Lovelace" in words_of(desk, AUDIT + "?from=2026-03-10&to=2026-03-10")
        assert "Ada Lovelace" not in words_of(desk, AUDIT + "?kind=programmes.tier")

    @pytest.mark.parametrize("asked", ["?before=x", "?before=2026~a~b", "?from=x", "?kind=x"])
    def test_survives_any_address(self, ada: Member, desk: Client, asked: str):
        assert desk.get(AUDIT + asked).status_code == 200

    def test_begins_anew_after_a_row_that_no_number_names(self, ada: Member, desk: Client):
        place = f"{(NOON - timedelta(days=1)).isoformat()}~members.member~"

        assert "Ada Lovelace" not in words_of(desk, f"{AUDIT}?before={place}7".replace("+", "%2B"))
        for number in ("9" * 1_000, "9" * 5_000):
            page = words_of(desk, f"{AUDIT}?before={place}{number}".replace("+", "%2B"))
            assert "Ada Lovelace" in page


class TestWhoReads:
    def test_the_auditor_does_and_the_others_do_not(self, ada: Member, sign_in: SignInAs):
        assert "Ada Lovelace" in words_of(sign_in(Role.AUDITOR), AUDIT)
        for role in (Role.CASHIER, Role.MARKETING, Role.CUSTOMER_CARE, Role.ANALYST):
            assert sign_in(role).get(AUDIT).status_code == 403

    def test_nobody_writes(self, ada: Member, desk: Client):
        registered = set(admin.site._registry)
        table = admin.site.get_model_admin(SignIn)
        request = desk.get(AUDIT).wsgi_request

        assert desk.post(AUDIT, {}).status_code == 405
        assert LogEntry not in registered
        assert not any(issubclass(model, HistoricalChanges) for model in registered)
        assert table.has_delete_permission(request) is False
        assert table.has_change_permission(request) is False
        assert not any(
            "logentry" in name for name in get_resolver().reverse_dict if isinstance(name, str)
        )


class TestSignIns:
    def test_of_staff_are_kept_with_where_from(self, programme: Programme, desk: Client):
        request = desk.get("/desk/").wsgi_request
        clerk = User.objects.create_user("clerk@example.test", is_staff=True)

        sessions.enter(request, user=clerk, how=Entry.PASSWORD, at=NOON)

        kept = SignIn.objects.get()
        assert (kept.user, kept.how, kept.came_at) == (clerk, Entry.PASSWORD.value, NOON)

    def test_of_members_are_not(self, programme: Programme, desk: Client):
        request = desk.get("/desk/").wsgi_request
        member = User.objects.create_user("ada@example.test")

        sessions.enter(request, user=member, how=Entry.CODE, at=NOON)

        assert SignIn.objects.exists() is False
