"""Six digits by e-mail: who reads them there owns the address.

Nothing here knows who is a member: an unknown address costs what a known one costs.

Five an hour go to one address from one origin, and thirty from all: whoever asks for somebody
else's codes uses up their own five. What they could still use up is the thirty, from six
origins; so a browser that proved the address before is an origin of its own, beside the thirty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from loyalty.core import engines, ids
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.identity.models import EmailedCode

LIFE = timedelta(minutes=10)
TRIES = 5
ASKED = "code.asked"
_HOUR = timedelta(hours=1)
_FROM_ONE_ORIGIN = 100
_TO_ONE_ADDRESS = 5
_TO_ONE_ADDRESS_FROM_ALL = 30
_KNOWN = "known:"
_KEPT = timedelta(hours=2)
_SALT = "loyalty.identity.codes"


class TooManyCodes(Refusal):
    code = "too-many-codes"
    status = 429
    title = _("Too many codes were asked for. Wait an hour, then ask for a new one.")


class Verdict(Enum):
    """What a code was when somebody entered it."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    SPENT = "spent"


@dataclass(frozen=True)
class Tried:
    """The verdict, the code it is about, and how many tries are left."""

    verdict: Verdict
    code: EmailedCode
    left: int


@transaction.atomic
def ask(
    *,
    address: str,
    origin: str,
    language: str,
    at: datetime,
    answers: Mapping[str, Any] | None = None,
    browser: str = "",
) -> EmailedCode:
    """Let a code for an address, as it is kept, be sent after commit. Good for ten minutes.

    `origin` is where it is asked from; only its digest is kept. `browser` names one that has
    proved this address before, instead of it. Raises TooManyCodes after five for one address
    from one of them in an hour, thirty for one address from all, or a hundred from one origin.
    """
    origin = f"{_KNOWN}{_digest(browser)}"[:64] if browser else _digest(origin)
    _check_patience(address=address, origin=origin, at=at)
    code = EmailedCode.objects.create(
        public_id=ids.new("cod"),
        address=address,
        origin=origin,
        language=language,
        answers=dict(answers) if answers is not None else None,
        sent_at=at,
        expires_at=at + LIFE,
    )
    outbox.record(ASKED, {"code": code.public_id}, at=at)
    return code


@transaction.atomic
def resend(*, public_id: str, at: datetime) -> EmailedCode:
    """Replace a code by another one for the same address. Wrong tries stay counted.

    Raises TooManyCodes, also once all tries are spent.
    """
    code = _lock(public_id)
    if code.tries >= TRIES:
        raise TooManyCodes
    _check_patience(address=code.address, origin=code.origin, at=at)
    code.sendings += 1
    code.sent_at, code.expires_at = at, at + LIFE
    code.save(update_fields=["sendings", "sent_at", "expires_at"])
    outbox.record(ASKED, {"code": code.public_id}, at=at)
    return code


@transaction.atomic
def enter(*, public_id: str, digits: str, at: datetime) -> Tried:
    """Compare what somebody typed. A wrong one costs a try, of five, whoever races whom.

    A right one proves the address, once. Raises EmailedCode.DoesNotExist.
    """
    code = _lock(public_id)
    if code.tries >= TRIES or code.proved_at:
        return Tried(Verdict.SPENT, code, 0)
    if at >= code.expires_at:
        return Tried(Verdict.EXPIRED, code, TRIES - code.tries)
    if constant_time_compare(digits_of(code), "".join(digits.split())):
        code.proved_at = at
        code.save(update_fields=["proved_at"])
        return Tried(Verdict.RIGHT, code, TRIES - code.tries)
    return Tried(Verdict.WRONG, code, miss(code))


def miss(code: EmailedCode) -> int:
    """Count one wrong try and return how many are left. The caller holds the code's lock."""
    code.tries += 1
    code.save(update_fields=["tries"])
    return max(TRIES - code.tries, 0)


@transaction.atomic
def change_answers(*, public_id: str, answers: Mapping[str, Any]) -> EmailedCode | None:
    """Replace what the owner of a proved address said, at most five times; then None."""
    code = _lock(public_id)
    if code.tries >= TRIES or code.proved_at is None:
        return None
    miss(code)
    code.answers = dict(answers)
    code.save(update_fields=["answers"])
    return code


def digits_of(code: EmailedCode) -> str:
    """Return the six digits that were sent last. They are kept nowhere."""
    digest = salted_hmac(
        _SALT, f"{code.public_id}:{code.sendings}", secret=settings.SECRET_KEY, algorithm="sha256"
    ).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def purge(*, at: datetime) -> int:
    """Forget codes, and what people said with them, two hours after the last was sent."""
    gone, _rows = EmailedCode.objects.filter(sent_at__lt=at - _KEPT).delete()
    return gone


def _lock(public_id: str) -> EmailedCode:
    return EmailedCode.objects.select_for_update().get(public_id=public_id)


def _check_patience(*, address: str, origin: str, at: datetime) -> None:
    # Counted one after the other: who asks ten times at once is counted ten times.
    engines.lock_name(f"{_SALT}:{address}")
    engines.lock_name(f"{_SALT}:{origin}")
    lately = EmailedCode.objects.filter(sent_at__gt=at - _HOUR)
    to_address = lately.filter(address=address)
    if _sent(to_address.filter(origin=origin)) >= _TO_ONE_ADDRESS:
        raise TooManyCodes
    if origin.startswith(_KNOWN):
        return
    if _sent(to_address) >= _TO_ONE_ADDRESS_FROM_ALL:
        raise TooManyCodes
    if lately.filter(origin=origin).count() >= _FROM_ONE_ORIGIN:
        raise TooManyCodes


def _sent(codes: QuerySet[EmailedCode]) -> int:
    return codes.aggregate(sum=Sum("sendings"))["sum"] or 0


def _digest(origin: str) -> str:
    return salted_hmac(_SALT, origin, algorithm="sha256").hexdigest()
