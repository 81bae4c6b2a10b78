"""The card as a till scans it: a QR code that changes, and the number to type."""

import io
from dataclasses import dataclass
from datetime import datetime

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from loyalty.portal import card
from loyalty.portal.card import Halt
from members import showing
from members.models import Member

LIFE_SECONDS = int(showing.LIFE.total_seconds())
# Before the code is over, so that nobody shows one that is.
REFRESH_SECONDS = LIFE_SECONDS - 5


@dataclass(frozen=True, kw_only=True)
class ShownCard:
    """What the phone holds out. Without a QR code there is nothing to spend with."""

    number: str
    qr: SafeString | None
    halt: Halt | None


def get_shown(*, member: Member, at: datetime) -> ShownCard:
    """Return the card to hold out, with a new code where the member may spend. One statement."""
    mine = showing.get_card(member=member)
    halt = card.halt_of(member=member, at=at)
    if mine is None:
        return ShownCard(number="", qr=None, halt=halt)
    qr = None if halt else draw(showing.issue(card=mine, at=at), title=_("QR code of your card"))
    return ShownCard(number=card.spelled(mine.number), qr=qr, halt=halt)


def draw(text: str, *, title: str) -> SafeString:
    """Return a QR code as inline SVG: black on white, with its quiet margin and its name."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=4,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
        title=title,
        nl=False,
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 (segno escapes the title)
