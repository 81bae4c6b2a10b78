"""What others hear of: each event by name, and of its facts those that are ids and figures.

Names of facts are written down one by one: what an event comes to hold later reaches nobody
before it is written here. None of them is a person's name, an address or a code that spends.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.core import money
from loyalty.events.models import OutboxEvent
from loyalty.programmes import books
from members.models import Member

PING = "ping"
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """What must be looked up to tell of some events: the currency, and whose points moved."""

    currency: str
    members: Mapping[int, str]


@dataclass(frozen=True)
class Kind:
    """One event that others may hear of. `has_store` ones say in which store it came about."""

    title: Promise
    tell: Callable[[Facts, Known], dict[str, Any]]
    has_store: bool = False


def _only(*names: str) -> Callable[[Facts, Known], dict[str, Any]]:
    return lambda facts, _known: {name: facts[name] for name in names}


def _updated(facts: Facts, _known: Known) -> dict[str, Any]:
    """Tell what was changed about a member, by name of field: not what it is now."""
    if "channel" in facts:
        changed = ["consents"]
    else:
        changed = [
            *facts.get("fields", ()),
            *(name for name in ("card", "state") if name in facts),
        ]
    return {"member": facts["member"], "changed": changed}


def _sale(*names: str) -> Callable[[Facts, Known], dict[str, Any]]:
    def tell(facts: Facts, known: Known) -> dict[str, Any]:
        total = money.to_text(cents=facts["total_cents"], currency=known.currency)
        told = {name: facts[name] for name in (*names, "member", "store", "business_on")}
        return {**told, "total": total, "points": facts["points"]}

    return tell


def _points(facts: Facts, known: Known) -> dict[str, Any]:
    """Tell how points moved, signed, and what can be spent afterwards."""
    told = {name: facts[name] for name in ("wallet", "points", "available", "reference")}
    return {"member": known.members.get(facts["holder"]), **told}


_redemption = _only("redemption", "member", "reward", "points")
_case = _only("case", "member", "kind")
_survey = _only("answer", "survey", "kind", "score", "about", "member", "store")
_voucher = _only("origin", "member", "expires_at")

EVENTS: Mapping[str, Kind] = {
    "member.enrolled": Kind(_("member enrolled"), _only("member", "source")),
    "member.updated": Kind(_("member’s data changed"), _updated),
    "member.merged": Kind(_("two memberships merged"), _only("merge", "member", "into")),
    "member.unmerged": Kind(_("merge undone"), _only("merge", "member", "into")),
    "member.closed": Kind(_("member left"), _only("member", "points_removed")),
    "purchase.recorded": Kind(_("purchase recorded"), _sale("purchase"), has_store=True),
    "purchase.attached": Kind(
        _("purchase given to who showed the card afterwards"), _sale("purchase"), has_store=True
    ),
    "purchase.returned": Kind(_("goods returned"), _sale("return", "purchase"), has_store=True),
    "points.earned": Kind(_("points earned"), _points),
    "points.activated": Kind(_("points can be spent now"), _points),
    "points.cancelled": Kind(_("waiting points cancelled"), _points),
    "points.spent": Kind(_("points spent"), _points),
    "points.refunded": Kind(_("points given back"), _points),
    "points.taken-back": Kind(_("points taken back after a return"), _points),
    "points.repaid": Kind(_("owed points repaid"), _points),
    "points.expired": Kind(_("points expired"), _points),
    "points.adjusted": Kind(_("points adjusted"), _points),
    "points.held": Kind(_("points reserved"), _points),
    "points.released": Kind(_("reserved points released"), _points),
    "points.transferred": Kind(_("points moved between accounts"), _points),
    "points.removed": Kind(_("points removed when a member left"), _points),
    "tier.changed": Kind(_("tier changed"), _only("member", "from", "to", "reason", "until")),
    "reward.redeemed": Kind(_("reward redeemed"), _redemption),
    "reward.cancelled": Kind(_("redemption cancelled"), _redemption),
    "voucher.issued": Kind(_("voucher issued"), _voucher),
    "voucher.used": Kind(_("voucher used"), _voucher),
    "voucher.expired": Kind(_("voucher expired"), _voucher),
    "survey.answered": Kind(_("survey answered"), _survey, has_store=True),
    "case.opened": Kind(_("request opened"), _case),
    "case.answered": Kind(_("request answered"), _case),
    "case.resolved": Kind(_("request resolved"), _case),
    "case.reopened": Kind(_("request reopened"), _case),
}


def tell(*, events: Sequence[OutboxEvent]) -> list[tuple[OutboxEvent, Facts]]:
    """Return each event with what others are told of it, in two statements for all of them."""
    holders = {event.payload["holder"] for event in events if "holder" in event.payload}
    whose = Member.objects.filter(holder__in=holders).values_list("holder_id", "public_id")
    known = Known(books.get_book().currency, dict(whose) if holders else {})
    return [(event, EVENTS[event.name].tell(event.payload, known)) for event in events]


def write(*, name: str, data: Facts, at: datetime) -> str:
    """Return the body of a message, as it is signed and sent at every try."""
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = {"type": name, "timestamp": moment, "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def choices() -> Iterable[tuple[str, Promise]]:
    """Return what an endpoint may hear of, as staff choose it."""
    return [(name, kind.title) for name, kind in EVENTS.items()]
