"""Somebody proves an address and arrives: as the member they are, or as a new one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest
from kombu.exceptions import OperationalError

from loyalty.events.tasks import relay_events
from loyalty.identity.models import EmailedCode, User
from loyalty.portal.entrance.forms import JoinForm
from members import correcting, enrolling, signing_in
from members.identifying import IdentifierTaken
from members.models import Member, MemberState

_KEY = "emailed_code"
_SOURCE = "web"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Arrival:
    """Who arrived, and whether they joined just now."""

    member: Member
    user: User
    is_new: bool

    # Properties

    @property
    def is_former(self) -> bool:
        return self.member.state == MemberState.CLOSED


def arrive(*, code: EmailedCode, at: datetime) -> Arrival | None:
    """Return who a proved address belongs to, enrolled now if they asked to join.

    None where nobody has it and nobody asked to join with it. Repeating enrols nobody twice.
    Who has left arrives as who they were, also if they asked to join. A phone that somebody
    else has is kept as told, and the answer is the same. Raises IdentifierTaken for a card of
    somebody else, or ReferralRefused for a friend's code with which they cannot join.
    """
    member = signing_in.get_member(address=code.address)
    is_new = False
    if member is None and code.answers is not None:
        member, is_new = _enrol(code, at=at)
    if member is None:
        return None
    return Arrival(member, signing_in.open_user(member=member), is_new)


def _enrol(code: EmailedCode, *, at: datetime) -> tuple[Member, bool]:
    form = JoinForm(code.answers)
    form.full_clean()
    newcomer = {**form.newcomer, "email": code.address}
    try:
        return _become(newcomer, key=f"web:{code.public_id}", at=at), True
    except IdentifierTaken:
        # Perhaps they joined in another window a moment ago.
        if found := signing_in.get_member(address=code.address):
            return found, False
        raise


@transaction.atomic
def _become(newcomer: dict[str, Any], *, key: str, at: datetime) -> Member:
    try:
        return enrolling.enrol(at=at, key=key, source=_SOURCE, **newcomer)
    except IdentifierTaken as refusal:
        if "/phone" not in {error.pointer for error in refusal.errors}:
            raise
    bare = {**newcomer, "phone": None}
    member = enrolling.enrol(at=at, key=key, source=_SOURCE, **bare)
    identity = replace(correcting.identity_of(member), claimed=newcomer["phone"])
    return correcting.correct(member=member, identity=identity, at=at, actor=member.public_id)


# The code that this browser waits for


def keep(request: HttpRequest, *, code: EmailedCode, next_url: str) -> None:
    """Bind a code to this browser: nobody else can enter it."""
    request.session[_KEY] = {"code": code.public_id, "next": next_url}


def get_code(request: HttpRequest) -> EmailedCode | None:
    """Return the code that this browser waits for, or None."""
    kept = request.session.get(_KEY)
    return EmailedCode.objects.filter(public_id=kept["code"]).first() if kept else None


def get_next(request: HttpRequest) -> str:
    """Return where the reader wanted to go when they asked for the code, or nothing."""
    return str((request.session.get(_KEY) or {}).get("next", ""))


def forget(request: HttpRequest) -> None:
    """Wait for no code any longer."""
    request.session.pop(_KEY, None)


def hurry() -> None:
    """Have what was recorded delivered now. Without a queue it goes with the next tick."""
    try:
        relay_events.apply_async(retry=False)
    except OperationalError:
        _log.warning("relay.not_hurried")
