"""What comes before the first purchase: on the first day there is nothing else to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.models import StoreDay
from loyalty.clients.models import Client
from loyalty.identity.models import User
from loyalty.programmes.models import Store
from members.models import Member, Purchase
from rewards.models import Reward

Reader = User | AnonymousUser


@dataclass(frozen=True)
class Step:
    """One thing to do, where, and whether something of the kind is there already."""

    words: str
    act: str
    url: str
    is_done: bool


@dataclass(frozen=True)
class _Plan:
    """A step that the programme takes, who may take it, and of what there is something then."""

    words: str
    act: str
    page: str
    needed: str
    rows: QuerySet[Any] | None = None


def get_steps(*, reader: Reader) -> Sequence[Step]:
    """Return the steps to the first purchase that this one may take; none once there was one.

    At most two statements, and one for each step.
    """
    if StoreDay.objects.exists() or Purchase.objects.exists():
        return []
    return [
        Step(
            one.words,
            one.act,
            reverse(f"admin:{one.page}"),
            is_done=one.rows is not None and one.rows.exists(),
        )
        for one in _plans()
        if reader.has_perm(one.needed)
    ]


def _plans() -> list[_Plan]:
    return [
        _Plan(
            _("Add your stores."),
            _("Add a store"),
            "programmes_store_add",
            "programmes.add_store",
            Store.objects.filter(is_training=False),
        ),
        _Plan(
            _("Choose what points are exchanged for."),
            _("Add a reward"),
            "rewards_reward_add",
            "rewards.add_reward",
            Reward.objects.filter(is_active=True),
        ),
        _Plan(
            _("Bring in the members and purchases that you have, if any."),
            _("Import"),
            "imports",
            "members.import_files",
            Member.objects.all(),
        ),
        _Plan(
            _("Connect your till."),
            _("Add a till"),
            "clients_client_add",
            "clients.add_client",
            Client.objects.all(),
        ),
        _Plan(
            _("Sell for the first time: without a till of your own, in the browser."),
            _("Open the till"),
            "till",
            "clients.open_till",
        ),
    ]
