"""A shop in which the examples of docs/openapi.json are true: whoever sends one gets past 404."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from analytics.measures.registry import get_measures
from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.ledger.models import Hold
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, Store
from members.models import Member, Purchase, Subscription, Voucher
from rewards.models import Redemption, Reward
from tests.members.api.conftest import Caller
from tests.members.paying import COFFEE, sell
from tests.pages.conftest import add_reward, set_up

CARD = "2000000000121"
EXAMPLE = "01m7zzcn5mkr9gvvxhzq1xspf4"
CODE = "7KQ2M-91XTD-0VBGA"
# How many of each there are to use up.
MANY = 12


@dataclass(frozen=True)
class World:
    """The key of a till that may do everything, and what there is to name, by its place.

    What is of the whole programme is no store's to ask: a board of no store does.
    """

    secret: str
    board: str
    known: dict[str, list[str]]


def make(*, at: datetime) -> World:
    set_up(at=at)
    store = Store.objects.create(code="lyon", name="Lyon")
    add_reward(1, "Un café", "A coffee", 5)
    rename(Reward, f"rew_{EXAMPLE}")
    sell(tier="gold", **COFFEE)
    client = issuing.create_client(name="Till", scopes=Scope.values, store=store, at=at)
    till = Caller(client)
    till.secret = issuing.issue_key(client=client, at=at)[1]
    fill(till)
    reads = [Scope.MEASURES_READ]
    board = issuing.create_client(name="Board", scopes=reads, store=None, at=at)
    return World(till.secret, issuing.issue_key(client=board, at=at)[1], name_all())


def fill(till: Caller) -> None:
    """Let a member join, buy, redeem and have points held, somebody buy who says no name, and
    others pay for their membership.
    """
    Programme.objects.update(offline_points=1_000)
    revising.touch()
    ada = {"card": CARD}
    must(till.post("/members", ada))
    for number in range(MANY):
        must(till.post("/purchases", {"member": None, "total": "10.00"}))
        must(till.post("/purchases", {"member": ada, "total": "500.00", "receipt": f"S{number}"}))
        must(till.post("/redemptions", {"member": ada, "reward": f"rew_{EXAMPLE}"}))
        must(till.post("/holds", {"member": ada, "points": 10, "minutes": 1_440}))
        paid = {"email": f"member-{number}@example.org"}
        must(till.post("/members", paid))
        must(till.post("/subscriptions", subscription(paid, f"R{number}")))


def subscription(member: dict[str, str], reference: str) -> dict[str, Any]:
    return {"member": member, "plan": "club", "reference": reference, "paid": "29.00"}


def must(answer: Any) -> None:
    assert answer.status_code == 201, answer.json()


def name_all() -> dict[str, list[str]]:
    """Give the first of each the id that the examples say, and return all ids."""
    rename(Member, f"mem_{EXAMPLE}")
    rename(Purchase, f"pur_{EXAMPLE}")
    rename(Redemption, f"rdm_{EXAMPLE}")
    rename(Hold, f"hold_{EXAMPLE}")
    rename(Subscription, f"sub_{EXAMPLE}")
    first = Voucher.objects.order_by("pk").first()
    assert first is not None
    Voucher.objects.filter(pk=first.pk).update(code=CODE.replace("-", ""))
    return {
        "member": ids_of(Member),
        "purchase": ids_of(Purchase),
        "redemption": ids_of(Redemption),
        "hold": ids_of(Hold),
        "subscription": ids_of(Subscription),
        "plan": ["club"],
        "code": list(Voucher.objects.values_list("code", flat=True)),
        "reward": [f"rew_{EXAMPLE}"],
        "key": ["call-1", "call-2", "call-3"],
        "card": [CARD],
        "measure": list(get_measures()),
        "store": ["lyon"],
    }


def rename(model: type[Model], public_id: str) -> None:
    first = model._default_manager.order_by("pk").first()
    assert first is not None
    model._default_manager.filter(pk=first.pk).update(public_id=public_id)


def ids_of(model: type[Model]) -> list[str]:
    return list(model._default_manager.values_list("public_id", flat=True))
