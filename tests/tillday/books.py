"""What the books say, read apart from who wrote them: `python -m tests.tillday.books`.

`open` makes the shop, its rewards and its two tills and prints their keys; `rotate` gives the
tills other keys and ends those they have; `read` prints the books by public id.
"""

import json
import sys
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django
from django.utils import timezone

from tests.tillday.plan import COST, RARE_STOCK

TILLS = ("a", "b")


def open_shop() -> dict[str, str]:
    from loyalty.clients import issuing
    from loyalty.clients.models import Scope
    from loyalty.programmes import setting_up
    from loyalty.programmes.models import Store
    from rewards.models import Reward

    at, store = timezone.now(), Store.objects.create(code="lyon", name="Lyon")
    programme = setting_up.set_up(
        name="Chez Ada", currency="EUR", time_zone="Europe/Paris",
        points_per=Decimal(1), expire_after_days=365, at=at,
    )  # fmt: skip
    for name, stock in (("plenty", None), ("rare", RARE_STOCK)):
        Reward.objects.create(
            public_id=f"rew_{name}", name_fr=name, name_en=name, kind="PRODUCT", cost=COST,
            stock=stock, wallet=programme.spending_wallet,
        )  # fmt: skip
    tills = [
        issuing.create_client(name=name, scopes=Scope.values, store=store, at=at) for name in TILLS
    ]
    return {till.name: issuing.issue_key(client=till, at=at)[1] for till in tills}


def rotate() -> dict[str, str]:
    from loyalty.clients import issuing
    from loyalty.clients.models import Client

    return {
        till.name: issuing.rotate(client=till, at=timezone.now(), overlap=timedelta())[1]
        for till in Client.objects.all()
    }


def read() -> dict[str, Any]:
    from loyalty.clients.models import Answer
    from loyalty.events.models import OutboxEvent
    from loyalty.ledger import verifying
    from loyalty.ledger.models import Account
    from members.models import Member, Purchase, Return, TillHold
    from rewards.models import Redemption

    def by_id(rows: Any, *names: str) -> dict[str, list[Any]]:
        return {found[0]: list(found[1:]) for found in rows.values_list(*names)}

    holders = dict(Member.objects.values_list("holder_id", "public_id"))
    points = Account.objects.values_list("holder_id", "available", "debt", "held")
    return {
        "members": {
            holders[one]: [available - debt, held] for one, available, debt, held in points
        },
        "sales": by_id(
            Purchase.objects, "public_id", "member__public_id", "total_cents", "returned_cents"
        ),
        "returns": by_id(Return.objects, "public_id", "total_cents"),
        "redemptions": {
            one.public_id: [one.member.public_id, one.points, one.cancelled_at is not None]
            for one in Redemption.objects.select_related("member")
        },
        "holds": by_id(
            TillHold.objects,
            *("hold__public_id", "member__public_id"),
            *("hold__points", "hold__captured", "hold__state"),
        ),
        "events": Counter(OutboxEvent.objects.values_list("name", flat=True)),
        "unanswered": Answer.objects.filter(status=None).count(),
        "fault": verifying.verify().first_fault,
    }


if __name__ == "__main__":
    django.setup()
    asked = {"open": open_shop, "rotate": rotate, "read": read}[sys.argv[1]]
    print(json.dumps(asked(), default=str))  # noqa: T201
