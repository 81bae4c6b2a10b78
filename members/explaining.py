"""Why points moved, in the reader's words: what each rule gave, what a movement is called."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from loyalty.core import languages
from loyalty.ledger.models import Kind, Movement
from loyalty.programmes import summaries
from loyalty.programmes.rulebook import Rulebook, RuleTerms

PURCHASE = "purchase"
STAMP_CARD = "stamp-card"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one rule gave, by the name it had then: on which amount and lines, if it has any.

    `effect` is `rate`, `multiplier` or `fixed`; unknown, it is empty.
    """

    name: str
    points: int
    effect: str = ""
    basis_cents: int = 0
    positions: tuple[int, ...] = ()


KINDS: dict[str, Promise] = {
    Kind.EARN: gettext_lazy("Points earned"),
    Kind.ACTIVATE: gettext_lazy("Points now available"),
    Kind.REDEEM: pgettext_lazy("movement", "Reward"),
    Kind.REFUND: gettext_lazy("Points given back"),
    Kind.EXPIRE: gettext_lazy("Points expired"),
    Kind.ADJUST: pgettext_lazy("movement", "Adjustment"),
    Kind.REPAY: gettext_lazy("Points owed repaid"),
    Kind.HOLD: gettext_lazy("Points reserved"),
    Kind.CAPTURE: gettext_lazy("Reserved points used"),
    Kind.VOID: gettext_lazy("Reserved points released"),
    Kind.LAPSE: gettext_lazy("Reserved points released"),
    Kind.CLAWBACK: gettext_lazy("Points taken back after a return"),
    Kind.CANCEL: gettext_lazy("Pending points cancelled"),
    Kind.TRANSFER_OUT: gettext_lazy("Points transferred"),
    Kind.TRANSFER_IN: gettext_lazy("Points received"),
    Kind.CLOSE: gettext_lazy("Points removed on leaving"),
}
# What gave points without a purchase; a reason that is not here is called by its rules.
EARNED: dict[str, Promise] = {
    PURCHASE: pgettext_lazy("movement", "Purchase"),
    "birthday": pgettext_lazy("movement", "Birthday"),
    "enrolment": pgettext_lazy("movement", "Welcome"),
    "anniversary": pgettext_lazy("movement", "Another year together"),
    "profile-completed": pgettext_lazy("movement", "Complete profile"),
    "referral-confirmed": pgettext_lazy("movement", "A friend who joined"),
    "referred": pgettext_lazy("movement", "Joined through a friend"),
    "survey-answered": pgettext_lazy("movement", "Survey"),
}
# Why staff adjusted, as the member is told. The other reasons are between staff.
ADJUSTED: dict[str, Promise] = {
    "goodwill": gettext_lazy("Adjustment: a gesture from us"),
    "correction": gettext_lazy("Adjustment: a mistake put right"),
    "lost-receipt": gettext_lazy("Adjustment: a purchase without a receipt"),
    "complaint": gettext_lazy("Adjustment: your complaint"),
}

# What moves with somebody who joins a household or leaves it.
MOVED: dict[str, Promise] = {
    "household-founded": pgettext_lazy("movement", "Household founded"),
    "household-joined": pgettext_lazy("movement", "Household joined"),
    "household-left": pgettext_lazy("movement", "Household left"),
    "household-ended": pgettext_lazy("movement", "Household ended"),
    "shared": pgettext_lazy("movement", "Return of a purchase of the household"),
}


def in_words(*, kind: str, reason: str = "", parts: Iterable[Part] = (), reward: str = "") -> str:
    """Return what a movement is called, the name of the reward or of the rule included."""
    match kind:
        case Kind.EARN:
            return _earned(reason, parts)
        case Kind.REDEEM if reward:
            return _("Reward: %(name)s") % {"name": reward}
        case Kind.REFUND if reward:
            return _("Reward cancelled: %(name)s") % {"name": reward}
        case Kind.REDEEM if reason == STAMP_CARD:
            return _("Stamp card complete")
        case Kind.ADJUST:
            return str(ADJUSTED.get(reason, KINDS[Kind.ADJUST]))
    return str(MOVED[reason] if reason in MOVED else KINDS.get(kind, kind))


def _earned(reason: str, parts: Iterable[Part]) -> str:
    if said := EARNED.get(reason):
        return str(said)
    return ", ".join(dict.fromkeys(part.name for part in parts)) or str(KINDS[Kind.EARN])


def until_event(*, event: str) -> str:
    """Return until when points are pending that wait for an event, as words."""
    said = summaries.waits(event=event)
    return f"{said[:1].upper()}{said[1:]}"


def parts_of_award(award: Mapping[str, Any], *, wallet: str) -> tuple[Part, ...]:
    """Return what the rules gave for a purchase in one wallet, as it was stored with it."""
    given = (line for line in award.get("lines", ()) if line.get("wallet", wallet) == wallet)
    return tuple(
        Part(
            name=languages.in_language(
                french=line.get("name_fr", ""), english=line.get("name_en", "")
            )
            or line.get("rule", ""),
            points=line.get("points", 0),
            effect=line.get("effect", ""),
            basis_cents=line.get("basis_cents", 0),
            positions=tuple(line.get("positions", ())),
        )
        for line in given
    )


def parts_of_lots(moves: Iterable[Movement], *, book: Rulebook) -> tuple[Part, ...]:
    """Return what the rules gave for an event, from the lots of its entry. Needs their lots."""
    names = dict(_versions(book))
    return tuple(
        Part(name=_name(names[move.lot.rule_version]), points=move.points)
        for move in moves
        if move.lot and move.lot.rule_version in names
    )


def _versions(book: Rulebook) -> Iterator[tuple[int | None, RuleTerms]]:
    for rule in book.rules:
        for version in rule.versions:
            yield version.pk, rule


def _name(rule: RuleTerms) -> str:
    return languages.in_language(french=rule.name_fr, english=rule.name_en) or rule.code
