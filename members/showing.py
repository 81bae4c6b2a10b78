"""The code that a member's phone shows to spend: it changes all the time, and is good once.

A code says which card it is and when it was made, sealed with the installation's secret, so that
issuing one writes nothing and any process can read it. Taking one writes its moment on the card:
it, and whatever was issued before it, is then refused.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q

from members import codes
from members.models import Card, CardState, Member

LIFE = timedelta(seconds=30)
# Between the clocks of two processes.
_SKEW = timedelta(seconds=2)
_MARK = "R"
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=100)
_MAC, _PART = 8, 5
_BYTES = _MAC + 2 * _PART
_CHARACTERS = -(-_BYTES * 8 // 5)


def get_card(*, member: Member) -> Card | None:
    """Return the card that a member shows: the last one issued of those in use."""
    mine = Card.objects.filter(member=member, state=CardState.ACTIVE)
    return mine.order_by("-issued_at", "-pk").first()


def issue(*, card: Card, at: datetime) -> str:
    """Return a code for a card, good once and for 30 seconds. Writes nothing."""
    ticks = (at - _EPOCH) // _TICK
    payload = card.pk.to_bytes(_PART, "big") + ticks.to_bytes(_PART, "big")
    return _MARK + _spell(_seal(payload))


def read(*, code: str, at: datetime) -> Card | None:
    """Return the card of a code that would be taken now, with its member and their tier.

    None for whatever else was scanned, and for a code that is over or was taken.
    """
    opened = _open(code)
    if opened is None:
        return None
    card_id, issued_at = opened
    if not issued_at - _SKEW <= at < issued_at + LIFE:
        return None
    cards = Card.objects.select_related("member__tier")
    return cards.filter(_is_fresh(issued_at), pk=card_id).first()


def take(*, code: str, at: datetime) -> Card | None:
    """Return what `read` returns, once: of two who take a code at the same moment, one."""
    card, opened = read(code=code, at=at), _open(code)
    if card is None or opened is None:
        return None
    fresh = Card.objects.filter(_is_fresh(opened[1]), pk=card.pk)
    return card if fresh.update(code_taken_at=opened[1]) else None


def _is_fresh(issued_at: datetime) -> Q:
    return Q(code_taken_at=None) | Q(code_taken_at__lt=issued_at)


def _open(code: str) -> tuple[int, datetime] | None:
    """Return the key of the card and the moment that a code of ours says."""
    text = code.strip().upper()
    if len(text) != 1 + _CHARACTERS or not text.startswith(_MARK):
        return None
    sealed = _read(text[1:])
    if sealed is None:
        return None
    payload = _hide(sealed[_MAC:], by=sealed[:_MAC])
    if not hmac.compare_digest(sealed, _seal(payload)):
        return None
    ticks = int.from_bytes(payload[_PART:], "big")
    return int.from_bytes(payload[:_PART], "big"), _EPOCH + ticks * _TICK


def _seal(payload: bytes) -> bytes:
    """Return 8 bytes that only we can compute, and the payload hidden by them."""
    proof = _digest(b"proof", payload)[:_MAC]
    return proof + _hide(payload, by=proof)


def _hide(part: bytes, *, by: bytes) -> bytes:
    return bytes(one ^ two for one, two in zip(part, _digest(b"hide", by), strict=False))


def _digest(purpose: bytes, data: bytes) -> bytes:
    key = hashlib.sha256(b"members.showing." + purpose + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, data, "sha256")


def _spell(data: bytes) -> str:
    number, characters = int.from_bytes(data, "big"), []
    for _place in range(_CHARACTERS):
        number, value = divmod(number, 32)
        characters.append(codes.ALPHABET[value])
    return "".join(reversed(characters))


def _read(text: str) -> bytes | None:
    number = 0
    for character in text:
        value = codes.ALPHABET.find(character)
        if value < 0:
            return None
        number = number * 32 + value
    return number.to_bytes(_BYTES, "big") if number < 1 << (8 * _BYTES) else None
