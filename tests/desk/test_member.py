"""A member on one page: all of them that the reader may see, and what is done there."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from loyalty.events.models import Message
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.ledger.models import Entry, Lot
from members import blocking, closing, consenting, correcting, enrolling, noting, purchasing
from members.consenting import Said
from members.models import Card, CardState, Member, MemberNote, MemberState
from rewards import redeeming
from rewards.models import Reward
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, words_of
from tests.members.builders import give_voucher, publish, sale
from tests.members.conftest import ada, programme
from tests.pages.conftest import add_reward

__all__ = ["ada", "programme"]


@pytest.fixture(autouse=True)
def _noon() -> object:
    with travel(NOON, tick=False):
        yield


def page_of(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


def buy(member: Member, euros: str, *, minutes: int = 0) -> None:
    at = NOON - timedelta(minutes=minutes)
    purchasing.record(sale=sale(member, euros, occurred_at=at), key=f"{at}{euros}", at=at)


class TestThePage:
    def test_tells_what_they_have_and_where_they_stand(self, ada: Member, desk: Client):
        buy(ada, "120.00")

        told = words_of(desk, page_of(ada))

        assert "Ada Lovelace Silver active" in told
        assert "available 120 pending 0 next to expire 120 on 10 March 2027" in told
        assert "Silver until 10 March 2027" in told
        assert "To reach Gold: €130.00 more." in told
        assert "To keep Silver: €100.00 more by 10 March 2027." in told
        assert "2000000000121 active" in told

    def test_is_told_in_french(self, ada: Member, desk: Client):
        Member.objects.filter(pk=ada.pk).update(birth_month=12, birth_day=10)
        buy(ada, "1120.00")

        told = words_of(desk, page_of(ada), "fr")

        assert "disponibles 1 120 en attente 0" in told
        assert "anniversaire 10 décembre" in told
        assert "Or jusqu’au 10 mars 2027" in told
        assert "10 mars 2026 – – 1 120,00 € 1 120" in told
        assert "→ Or atteint" in told

    def test_says_why_each_movement_moved(self, ada: Member, desk: Client):
        buy(ada, "19.99")

        told = words_of(desk, page_of(ada))

        assert "Purchase · €19.99 Why : Purchase" in told
        assert "1 point per €1.00 on €19.99 +19 +19 19 10 Mar 2027" in told

    def test_says_the_last_day_on_which_a_voucher_is_good(self, ada: Member, desk: Client):
        voucher = give_voucher(ada, days=30)

        told = words_of(desk, page_of(ada))

        assert f"A coffee on the house {voucher} open until 9 Apr 2026" in told

    def test_says_so_where_there_is_nothing_yet(self, ada: Member, desk: Client):
        told = words_of(desk, page_of(ada))

        assert "available 0 pending 0 next to expire nothing expires" in told
        assert "No movement yet" in told
        assert "No purchase yet" in told
        assert "No reward taken yet." in told
        assert "No voucher yet." in told
        assert "No message yet." in told
        assert "No note yet." in told
        assert "Nothing asked yet: no consent, no advertising." in told

    def test_says_the_consents_in_force_alone(self, ada: Member, desk: Client):
        for is_given, days in ((True, 2), (False, 1)):
            answer = Said(
                channel="EMAIL", purpose="MARKETING", is_given=is_given,
                text_version="1", where="till",
            )  # fmt: skip
            at = NOON - timedelta(days=days)
            consenting.say(member=ada, said=answer, at=at, actor="user:1")

        told = words_of(desk, page_of(ada))

        assert "E-mail · offers and news no 9 Mar 2026 · at the till" in told

    def test_shows_who_is_blocked_and_who_has_left(self, ada: Member, desk: Client):
        blocking.block(member=ada, at=NOON, actor="user:1")
        assert "Blocked: neither earns nor spends." in words_of(desk, page_of(ada))

        closing.close(member=ada, key="close", at=NOON)
        told = words_of(desk, page_of(ada))
        assert "Left the programme on 10 March 2026." in told
        assert "Correct identity" not in told

    def test_shows_what_was_changed_and_by_whom(self, ada: Member, desk: Client):
        identity = correcting.Identity(last_name="King", email="ada@example.org")
        correcting.correct(member=ada, identity=identity, at=NOON, actor="user:1")

        told = words_of(desk, page_of(ada))

        assert "Last name before : Lovelace → after : King" in told

    def test_costs_the_same_for_3_rows_of_all_and_for_30(self, ada: Member, desk: Client):
        add_reward(1, "Un café", "A coffee", 10)

        def fill(start: int, stop: int) -> int:
            for n in range(start, stop):
                buy(ada, "40.00", minutes=100 - n)
                coffee = Reward.objects.get()
                redeeming.redeem(member=ada, reward=coffee, key=f"r{n}", at=NOON)
                note(ada, f"{n}")
                blocking.block(member=ada, at=NOON, actor="user:1")
                blocking.unblock(member=ada, at=NOON, actor="user:1")
            return queries_of(desk, page_of(ada))

        fill(0, 3)

        assert fill(3, 6) == fill(6, 30) == 31

    def test_goes_on_with_earlier_movements(self, ada: Member, desk: Client):
        for n in range(20):
            buy(ada, f"{n + 1}.00", minutes=100 - n)

        answer = desk.get(page_of(ada))
        older = answer.context["whole"].movements.older

        assert older is not None
        told = words_of(desk, f"{page_of(ada)}?before={older}")
        assert "€5.00" in told
        assert desk.get(f"{page_of(ada)}?before=nonsense").status_code == 302

    def test_is_for_who_may_see_members_and_shows_what_they_may(
        self, ada: Member, sign_in: SignIn
    ):
        buy(ada, "20.00")
        Message.objects.create(
            public_id="msg_1", key="k", recipient=ada.public_id, kind="WELCOME",
            created_at=NOON, due_at=NOON, give_up_at=NOON,
        )  # fmt: skip

        cashier = words_of(sign_in(Role.CASHIER), page_of(ada))

        assert "Ada Lovelace" in cashier
        assert "Movements of points" not in cashier
        assert "Messages" not in cashier
        assert "History of changes" not in cashier
        assert "Block" not in cashier
        assert sign_in(Role.ANALYST).get(page_of(ada)).status_code == 403
        assert sign_in(Role.AUDITOR).get("/desk/members/member/99/change/").status_code == 404


class TestTheStatement:
    def test_is_told_for_the_days_of_the_address(self, ada: Member, desk: Client):
        buy(ada, "20.00")
        days = "?from=2026-03-01&to=2026-03-10"
        page = page_of(ada).replace("change/", "statement/")

        told = words_of(desk, page + days)

        assert "Purchase +20" in told
        assert "Closing" in told
        file = desk.get(f"{page}download/{days}")
        assert file["Content-Disposition"] == (
            f'attachment; filename="{ada.public_id}-2026-03-01-2026-03-10.csv"'
        )
        assert "2026-03-10,Purchase,20,0,0,20,pur_" in file.content.decode()

    def test_costs_the_same_for_2_rows_and_for_20(self, ada: Member, desk: Client):
        page = page_of(ada).replace("change/", "statement/")

        def fill(start: int, stop: int) -> int:
            for minutes in range(start, stop):
                buy(ada, "1.00", minutes=minutes)
            return queries_of(desk, page)

        fill(0, 1)
        assert fill(1, 3) == fill(3, 21)

    def test_is_reached_from_their_page(self, ada: Member, desk: Client):
        buy(ada, "20.00")

        page = desk.get(page_of(ada)).content.decode()

        assert page_of(ada).replace("change/", "statement/") in page


class TestActing:
    def test_blocks_with_a_reason_and_unblocks(self, ada: Member, desk: Client):
        block, unblock = f"/desk/members/member/{ada.pk}/block/", page_of(ada) + "../unblock/"
        assert "They can neither earn nor spend" in words_of(desk, block)

        assert desk.post(block, {"reason": ""}).status_code == 200
        ada.refresh_from_db()
        assert ada.state == MemberState.ACTIVE

        assert desk.post(block, {"reason": "misuse"}).status_code == 302
        ada.refresh_from_db()
        assert ada.state == MemberState.BLOCKED
        history = Member.history.latest()
        assert (history.history_change_reason, history.address) == ("blocked:misuse", "127.0.0.1")
        assert "blocked (misuse) admin@example.test" in words_of(desk, page_of(ada))

        desk.post(unblock.replace("change/../", ""), {"reason": "settled"})
        ada.refresh_from_db()
        assert ada.state == MemberState.ACTIVE

    def test_settles_points_that_wait_for_an_event(self, ada: Member, desk: Client):
        waits = {"pending_event": "order-delivered", "cancel_days": 9}
        publish("delivery", {"then": {"give": "fixed", "points": 30, **waits}})
        buy(ada, "20.00")
        lot = Lot.objects.get(waits_for="order-delivered")
        url = f"/desk/members/member/{ada.pk}/waiting/"
        assert "Pending until the event “order-delivered”" in words_of(desk, page_of(ada))

        assert desk.post(url, {"lot": lot.pk, "comes": "yes", "reason": ""}).status_code == 200
        assert Entry.objects.filter(kind="ACTIVATE").exists() is False

        said = {"lot": lot.pk, "comes": "yes", "reason": "proven"}
        assert desk.post(url, said).status_code == 302
        assert Entry.objects.get(kind="ACTIVATE").points == 30
        assert "pending points made available (the event was proven)" in words_of(
            desk, page_of(ada)
        )
        assert desk.post(url, said).status_code == 200
        assert Entry.objects.filter(kind="ACTIVATE").count() == 1

    def test_replaces_a_card_once_however_often_the_button_is_pressed(
        self, ada: Member, desk: Client
    ):
        old = Card.objects.get()
        url = f"/desk/members/member/{ada.pk}/cards/{old.pk}/replace/"
        key = desk.get(url).context["form"]["key"].value()
        said = {"reason": "lost", "number": "2000 0000 0013 9", "key": key}

        assert desk.post(url, said).status_code == 302
        assert desk.post(url, said).status_code == 302

        old.refresh_from_db()
        assert old.state == CardState.REPLACED
        assert Card.objects.exclude(pk=old.pk).get().number == "2000000000139"
        assert "2000000000139 active" in words_of(desk, page_of(ada))
        assert desk.get(url).status_code == 404

    def test_says_that_a_number_is_taken(self, ada: Member, desk: Client):
        enrolling.enrol(at=NOON, card="2000000000139")
        card = Card.objects.get(member=ada)
        said = {"reason": "lost", "number": "2000000000139", "key": "a"}

        answer = desk.post(f"/desk/members/member/{ada.pk}/cards/{card.pk}/replace/", said)

        assert "already used in the programme" in answer.content.decode() or (
            "déjà utilisé" in answer.content.decode()
        )
        assert Card.objects.filter(member=ada).count() == 1

    def test_is_not_for_who_may_only_look(self, ada: Member, sign_in: SignIn):
        auditor, card = sign_in(Role.AUDITOR), Card.objects.get()

        for path in ("block/", "unblock/", f"cards/{card.pk}/replace/", "notes/"):
            answer = auditor.post(f"/desk/members/member/{ada.pk}/{path}", {"reason": "other"})
            assert answer.status_code == 403

        ada.refresh_from_db()
        assert ada.state == MemberState.ACTIVE
        assert Card.objects.get().state == CardState.ACTIVE


def note(member: Member, text: str) -> MemberNote:
    author = User.objects.get_or_create(email="clerk@example.test")[0]
    return noting.write(member=member, text=text, author=author, at=NOON)


class TestNotes:
    def test_are_kept_with_author_and_day(self, ada: Member, desk: Client):
        desk.post(f"/desk/members/member/{ada.pk}/notes/", {"text": "Prefers the phone."})

        told = words_of(desk, page_of(ada))

        assert "Prefers the phone. admin@example.test · 10 Mar 2026 12:00" in told

    def test_say_what_is_wrong_and_keep_what_was_typed(self, ada: Member, desk: Client):
        answer = desk.post(f"/desk/members/member/{ada.pk}/notes/", {"text": " "})

        assert answer.status_code == 200
        assert answer.context["form"].errors.keys() == {"text"}
        assert MemberNote.objects.exists() is False

    def test_are_erased_after_being_asked(self, ada: Member, desk: Client):
        kept = note(ada, "Wrong person")
        url = f"/desk/members/member/{ada.pk}/notes/{kept.pk}/erase/"
        assert "Wrong person" in words_of(desk, url)

        desk.post(url)

        assert MemberNote.objects.exists() is False

    def test_of_colleagues_are_not_erased_by_customer_care(self, ada: Member, sign_in: SignIn):
        kept = note(ada, "Mine")

        answer = sign_in(Role.CUSTOMER_CARE).post(
            f"/desk/members/member/{ada.pk}/notes/{kept.pk}/erase/"
        )

        assert answer.status_code == 404
        assert MemberNote.objects.get() == kept
