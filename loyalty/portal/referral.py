"""A member's code to share, what it gives, and what became of the friends who joined with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from loyalty.portal import showing, wording
from loyalty.portal.wording import Earning
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Event
from loyalty.templatetags import look
from members import codes, referring
from members.models import Member, MemberState, Referral, ReferralEnd, ReferralState

_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Friend:
    """Somebody who joined with the code, by first name alone, and how far that is.

    `tone` is good, waiting or over. What they bought is theirs.
    """

    name: str
    joined: date
    state: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What a member gives to friends: a code, the link that holds it, and both as a QR code."""

    code: str
    link: str
    qr: SafeString
    mail: str
    is_halted: bool


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What each side gets now, and when, in words."""

    own: Sequence[Earning]
    friends: Sequence[Earning]
    when: str
    most: str


def get_sharing(*, member: Member, join: str, at: datetime, book: Rulebook) -> Sharing:
    """Return what to share, made the first time; `join` is the whole address of joining."""
    code = codes.spell_to_say(referring.get_code(member=member, at=at))
    link = f"{join}?code={code}"
    return Sharing(
        code=code,
        link=link,
        qr=showing.draw(link, title=_("QR code of your link")),
        mail=_mail(code=code, link=link, book=book),
        is_halted=member.state == MemberState.BLOCKED,
    )


def get_terms(*, at: datetime, book: Rulebook) -> Terms:
    """Return what the rules of a moment give each side. No statement."""
    return Terms(
        own=wording.of_event(event=Event.REFERRAL, book=book, at=at),
        friends=wording.of_event(event=Event.REFERRED, book=book, at=at),
        when=_when(book),
        most=_most(book),
    )


def get_friends(*, member: Member, book: Rulebook) -> list[Friend]:
    """Return the last fifty who joined with a member's code, newest first. One statement."""
    brought = Referral.objects.of_referrer(member).select_related("friend")
    return [_friend(one, book) for one in brought.order_by("-joined_at", "-pk")[:_SHOWN]]


def get_own(*, member: Member) -> Referral | None:
    """Return what still waits for a member who came through a friend. One statement."""
    return Referral.objects.pending().of_friend(member).first()


def _friend(referral: Referral, book: Rulebook) -> Friend:
    state, tone = _state(referral, book)
    return Friend(
        name=referral.friend.first_name or _("A friend"),
        joined=book.business_day(referral.joined_at),
        state=state,
        tone=tone,
    )


def _state(referral: Referral, book: Rulebook) -> tuple[str, str]:
    if referral.state == ReferralState.PENDING:
        return _("waiting for a first purchase, and the days after it"), "waiting"
    if referral.is_rewarded and referral.ended_on:
        said = pgettext("referral", "confirmed on %(day)s")
        return said % {"day": look.day(referral.ended_on)}, "good"
    if referral.why == ReferralEnd.LIMIT:
        return _("confirmed beyond the most friends of a year: nothing for you"), "over"
    return pgettext("referral", "did not count"), "over"


def _when(book: Rulebook) -> str:
    days = book.referral_days or 0
    what = _("Once your friend has bought")
    if book.referral_least_cents:
        amount = look.amount(book.referral_least_cents, book.currency)
        what = _("Once your friend has bought for %(amount)s or more") % {"amount": amount}
    if not days:
        return _("%(what)s, and brought nothing back that day.") % {"what": what}
    said = ngettext(
        "%(what)s, and brought nothing back for %(count)s day after.",
        "%(what)s, and brought nothing back for %(count)s days after.",
        days,
    )
    return said % {"what": what, "count": look.number(days)}


def _most(book: Rulebook) -> str:
    if book.referral_most is None:
        return ""
    said = ngettext(
        "For %(count)s friend a year at most.",
        "For %(count)s friends a year at most.",
        book.referral_most,
    )
    return said % {"count": look.number(book.referral_most)}


def _mail(*, code: str, link: str, book: Rulebook) -> str:
    """Return a link that opens the member's own mail program, with nobody's address in it."""
    subject = _("Join %(programme)s with me") % {"programme": book.name}
    body = _("Join the loyalty programme of %(programme)s with my code %(code)s: %(link)s") % {
        "programme": book.name,
        "code": code,
        "link": link,
    }
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"
