"""What tills are told of rules: of an award, rule by rule, and of personal offers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from loyalty.core import languages, money
from loyalty.ledger.balances import Balance
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Why
from members import stamping
from members.models import Subscription
from members.offering import Offered

# Who is held out of a campaign to compare with is the staff's to know; so is for whom it is,
# which would tell the others apart.
_STAFFS = frozenset({Why.HELD_OUT, Why.OUTSIDE_AUDIENCE})


def of_award(award: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    """Return what was awarded, rule by rule, as it was kept."""
    shown = {
        "points": award["points"],
        "lines": [_award_line(line, book) for line in award["lines"]],
        "refused": [
            {"rule": refused["rule"], "why": refused["why"]}
            for refused in award["refused"]
            if refused["why"] not in _STAFFS
        ],
    }
    if carried := award.get("carried"):
        shown["carried"] = [_carried(one, book) for one in carried]
    return shown


def _carried(one: Mapping[str, Any], book: Rulebook) -> dict[str, str]:
    amount = money.to_text(cents=one["after_cents"], currency=book.currency)
    return {"rule": one["rule"], "amount": amount}


def _award_line(line: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    shown = {"rule": line["rule"], "name": _name(line), "points": line["points"]}
    if voucher := line.get("voucher"):
        shown["voucher"] = _name(voucher)
    elif line["wallet"] != book.spending_wallet:
        shown["wallet"] = line["wallet"]
    return shown | ({"pending": line["pending"]} if "pending" in line else {})


def _name(named: Mapping[str, Any]) -> str:
    return languages.in_language(french=str(named["name_fr"]), english=str(named["name_en"]))


def of_offer(offered: Offered) -> dict[str, Any]:
    """Return a personal offer by the name that an award will give it, and its days."""
    rule = offered.rule
    return {
        "rule": rule.code,
        "name": languages.in_language(french=rule.name_fr, english=rule.name_en),
        "valid_from": offered.first_day.isoformat() if offered.first_day else None,
        "valid_until": offered.last_day.isoformat() if offered.last_day else None,
    }


def of_stamps(wallets: Mapping[str, Balance], book: Rulebook) -> list[dict[str, Any]]:
    """Return how full each stamp card is, and what a full one gives. Below zero some are owed."""
    return [
        {
            "wallet": card.wallet,
            "stamps": card.stamps,
            "full_at": card.full_at,
            "voucher": card.voucher,
        }
        for card in stamping.get_cards(wallets=wallets, book=book)
    ]


def of_membership(held: Subscription, *, day: date) -> dict[str, Any]:
    """Return a paid membership as it is on a day. Needs its plan."""
    return {
        "id": held.public_id,
        "plan": held.plan.code,
        "name": languages.in_language(french=held.plan.name_fr, english=held.plan.name_en),
        "state": held.state_on(day).lower(),
        "since": held.since_on.isoformat(),
        "until": held.until_on.isoformat(),
    }
