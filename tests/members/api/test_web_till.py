"""A web till speaks for whoever stands at it: its sales are theirs, and none is to themselves."""

import pytest

from loyalty.clients import shifting
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store
from members.models import Card, Consent, Member, Purchase, Referral, Subscription, Voucher
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.builders import give_voucher, moved, points_of
from tests.members.friends import allow, code_of
from tests.members.paying import sell
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db
Named = dict[str, str]
SALE = {"total": "13.80", "till": "web-999"}


@pytest.fixture
def karim(db: None) -> User:
    """A cashier."""
    return appoint(Role.CASHIER, "karim")


@pytest.fixture
def till(karim: User, shop: Store) -> Caller:
    opened = shifting.start(user=karim, store=shop, at=NOON)
    caller = Caller(opened.client)
    caller.secret = opened.secret
    return caller


def test_its_sales_are_of_its_shift_whatever_it_says(till: Caller, ada: Member):
    answer = till.post("/purchases", {"member": {"id": ada.public_id}, **SALE})

    assert answer.status_code == 201
    (shift,) = shifting.Shift.objects.all()
    assert Purchase.objects.get().till == f"web-{shift.pk}"


@pytest.mark.parametrize("path", ["/purchases", "/purchases/preview"])
def test_it_gives_nothing_to_the_cashiers_own_card(
    till: Caller, ada: Member, karim: User, path: str
):
    Member.objects.filter(pk=ada.pk).update(email=karim.email)
    before = moved()

    answer = till.post(path, {"member": {"id": ada.public_id}, **SALE})

    assert (answer.status_code, answer.json()["code"]) == (403, "own-card")
    assert (moved(), Purchase.objects.count()) == (before, 0)


def test_it_tells_no_event_of_the_cashiers_own_card(till: Caller, ada: Member, karim: User):
    Member.objects.filter(pk=ada.pk).update(email=karim.email)

    answer = till.post(f"/members/{ada.public_id}/events", {"event": "survey-answered"})

    assert (answer.status_code, answer.json()["code"]) == (403, "own-card")


def test_it_enrols_nobody_with_the_cashiers_own_code(till: Caller, ada: Member, karim: User):
    allow()
    code, friend = code_of(ada), {"first_name": "Bob", "email": "bob@friends.example"}
    Member.objects.filter(pk=ada.pk).update(email=karim.email)

    answer = till.post("/members", {**friend, "referral_code": code})

    assert (answer.status_code, answer.json()["code"]) == (403, "own-card")
    assert (Member.objects.count(), Referral.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "named",
    [
        {"email": "Karim+shop@staff.example"},
        {"phone": "06 12 34 56 78"},
        {"email": "friend@elsewhere.example", "phone": "+33612345678"},
    ],
    ids=["their mailbox", "their phone", "their phone and an address of somebody else"],
)
def test_it_does_not_enrol_the_cashier(till: Caller, ada: Member, karim: User, named: Named):
    User.objects.filter(pk=karim.pk).update(phone="+33612345678")
    before = (moved(), Member.objects.count(), Card.objects.count(), Consent.objects.count())

    answer = till.post("/members", named)

    assert (answer.status_code, answer.json()["code"]) == (403, "own-card")
    now = (moved(), Member.objects.count(), Card.objects.count(), Consent.objects.count())
    assert now == before
    assert till.post("/members", {"email": "friend@elsewhere.example"}).status_code == 201


def test_it_spends_nothing_of_the_cashiers_own_card(till: Caller, ada: Member, karim: User):
    till.post("/purchases", {"member": {"id": ada.public_id}, **SALE})
    whose = {"member": {"id": ada.public_id}}
    hold = till.post("/holds", {**whose, "points": 5}).json()["id"]
    code = give_voucher(ada).code
    Member.objects.filter(pk=ada.pk).update(email=karim.email)
    before = (moved(), points_of(ada, at=NOON), Voucher.objects.get().used_at)

    answers = [
        till.post("/holds", {**whose, "points": 5}),
        till.post(f"/holds/{hold}/capture", {}),
        till.post("/redemptions", {**whose, "reward": "rew_any"}),
        till.post(f"/vouchers/{code}/use", {}),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "own-card")] * 4
    assert (moved(), points_of(ada, at=NOON), Voucher.objects.get().used_at) == before
    assert before == (before[0], 13 - 5, None)


def test_it_enrols_who_comes_with_a_customers_code(till: Caller, ada: Member):
    allow()

    answer = till.post("/members", {"card": "2000000000299", "referral_code": code_of(ada)})

    assert answer.status_code == 201
    assert Referral.objects.get().referrer == ada


def test_it_attaches_no_sale_to_the_cashiers_own_card(till: Caller, ada: Member, karim: User):
    Member.objects.filter(pk=ada.pk).update(email=karim.email)
    sold = till.post("/purchases", {"member": None, **SALE}).json()["id"]

    answer = till.post(f"/purchases/{sold}/member", {"member": {"id": ada.public_id}}, key="k2")

    assert (answer.status_code, answer.json()["code"]) == (403, "own-card")
    assert Purchase.objects.get().member is None


def test_it_sells_no_membership_to_the_cashiers_own_card_and_ends_none_of_it(
    till: Caller, ada: Member, karim: User
):
    sell(tier="gold")
    paid = {"member": {"id": ada.public_id}, "plan": "club", "paid": "29.00", "reference": "R-1"}
    sold = till.post("/subscriptions", paid).json()["id"]
    Member.objects.filter(pk=ada.pk).update(email=karim.email)

    more = till.post("/subscriptions", {**paid, "reference": "R-2"}, key="k2")
    ended = till.post(f"/subscriptions/{sold}/cancel", {"fee_returned": True}, key="k3")

    assert [answer.json()["code"] for answer in (more, ended)] == ["own-card", "own-card"]
    assert Subscription.objects.get().ended_at is None
