"""What staff show beside their password: an authenticator's codes, passkeys, recovery codes.

Secrets and their arithmetic are django-allauth's. Every look at a code happens under one lock
for each person, so that parallel guesses are counted like any others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity.models import Guesses, User

Kind = Authenticator.Type
# Recovery codes alone are no second factor: they stand in for one that was lost.
FACTORS = (Kind.TOTP, Kind.WEBAUTHN)
_GUESSES = 5
_PAUSE = timedelta(minutes=15)

_log = structlog.get_logger(__name__)


class TooManyGuesses(Refusal):
    code = "too-many-guesses"
    status = 429
    title = _("Too many wrong codes. Wait a quarter of an hour, then try again.")


class WrongCode(Refusal):
    code = "wrong-code"
    title = _("This code is not right, or was used already.")


class WrongPassword(Refusal):
    code = "wrong-password"
    title = _("This password is not right.")


class WrongKey(Refusal):
    code = "wrong-passkey"
    title = _("This passkey could not be checked. Try again, or use a code.")


@dataclass(frozen=True)
class Passkey:
    """One passkey as its owner sees it."""

    pk: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    """All that somebody can show beside their password."""

    has_totp: bool
    passkeys: list[Passkey]
    codes_left: int

    @property
    def is_set_up(self) -> bool:
        return self.has_totp or bool(self.passkeys)


def get_factors(*, user: User) -> Factors:
    """Return what somebody has set up."""
    rows = list(Authenticator.objects.filter(user=user).order_by("pk"))
    left = [len(RecoveryCodes(row).get_unused_codes()) for row in _of(rows, Kind.RECOVERY_CODES)]
    return Factors(
        has_totp=bool(_of(rows, Kind.TOTP)),
        passkeys=[
            Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at)
            for row in _of(rows, Kind.WEBAUTHN)
        ],
        codes_left=sum(left),
    )


def has_one(*, user: User) -> bool:
    """Say whether somebody has set up a second factor."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def check_code(*, user: User, code: str, at: datetime) -> None:
    """Accept an authenticator's code once, or a recovery code once. Raises WrongCode.

    Five wrong ones close it for a quarter of an hour, whoever asks: TooManyGuesses.
    """
    # The refusal comes after the transaction, which must keep the count.
    with transaction.atomic():
        guesses = _lock(user, at=at)
        is_right = _is_right(user, code, at=at)
        _count(guesses, is_right=is_right, at=at)
    if not is_right:
        _log.warning("second_factor.refused", user=user.pk)
        raise WrongCode


def challenge(*, user: User) -> dict[str, Any]:
    """Return what a browser asks somebody's passkeys, once, kept in the session."""
    return dict(webauthn.begin_authentication(user))


def invite_key(*, user: User) -> dict[str, Any]:
    """Return what a browser needs to make a passkey, once, kept in the session."""
    return dict(webauthn.begin_registration(user, passwordless=False))


def check_key(*, user: User, credential: Mapping[str, Any], at: datetime) -> None:
    """Accept a passkey's answer to the challenge of this session. Raises WrongKey."""
    try:
        webauthn.parse_authentication_response(dict(credential))
        found = webauthn.complete_authentication(user, dict(credential))
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        _log.warning("second_factor.refused", user=user.pk)
        raise WrongKey from error
    Authenticator.objects.filter(pk=found.pk).update(last_used_at=at)


@transaction.atomic
def add_totp(*, user: User, secret: str, code: str, at: datetime) -> list[str]:
    """Let an authenticator that shows the right code open the desk; the one before it no more.

    Returns the recovery codes if they are new, else nothing. Raises WrongCode.
    """
    counter = _matching_counter(secret, code, at=at)
    if counter is None:
        raise WrongCode
    Authenticator.objects.filter(user=user, type=Kind.TOTP).delete()
    added = totp.TOTP.activate(user, secret).instance
    added.data["counter"] = counter
    added.save(update_fields=["data"])
    _log.info("second_factor.added", user=user.pk, kind=Kind.TOTP.value)
    return _first_recovery_codes(user)


@transaction.atomic
def add_key(*, user: User, name: str, credential: Mapping[str, Any]) -> list[str]:
    """Let a passkey open the desk. Returns recovery codes as `add_totp`. Raises WrongKey."""
    try:
        webauthn.parse_registration_response(dict(credential))
        webauthn.complete_registration(dict(credential))
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise WrongKey from error
    webauthn.WebAuthn.add(user, name[:60], dict(credential))
    _log.info("second_factor.added", user=user.pk, kind=Kind.WEBAUTHN.value)
    return _first_recovery_codes(user)


@transaction.atomic
def remove(*, user: User, pk: int | None) -> None:
    """Forget one passkey by its key, or the authenticator where none is named."""
    rows = Authenticator.objects.filter(user=user)
    gone = (
        rows.filter(type=Kind.WEBAUTHN, pk=pk) if pk is not None else rows.filter(type=Kind.TOTP)
    )
    removed, _rows = gone.delete()
    if not rows.filter(type__in=FACTORS).exists():
        rows.delete()
    if removed:
        _log.info("second_factor.removed", user=user.pk)


@transaction.atomic
def renew_recovery_codes(*, user: User) -> list[str]:
    """Return ten new recovery codes, each good once. The old ones are good no more."""
    Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES).delete()
    _log.info("second_factor.codes_renewed", user=user.pk)
    return list(RecoveryCodes.activate(user).get_unused_codes())


@transaction.atomic
def reset(*, user: User, actor: str) -> int:
    """Forget all of somebody's second factors, who lost them, and let them guess anew.

    They set one up when they sign in next. Returns how many there were.
    """
    gone, _rows = Authenticator.objects.filter(user=user).delete()
    Guesses.objects.filter(user=user).delete()
    _log.warning("second_factor.reset", user=user.pk, actor=actor, forgotten=gone)
    return int(gone)


def _of(rows: list[Authenticator], kind: str) -> list[Authenticator]:
    return [row for row in rows if row.type == kind]


def _lock(user: User, *, at: datetime) -> Guesses:
    Guesses.objects.get_or_create(user=user)
    guesses = Guesses.objects.select_for_update().get(user=user)
    if guesses.last_at and at - guesses.last_at >= _PAUSE:
        guesses.wrong = 0
    if guesses.wrong >= _GUESSES:
        raise TooManyGuesses
    return guesses


def _count(guesses: Guesses, *, is_right: bool, at: datetime) -> None:
    guesses.wrong = 0 if is_right else guesses.wrong + 1
    guesses.last_at = at
    guesses.save(update_fields=["wrong", "last_at"])


def _is_right(user: User, code: str, *, at: datetime) -> bool:
    typed = "".join(code.split())
    rows = Authenticator.objects.filter(user=user)
    for row in rows.filter(type=Kind.TOTP):
        counter = _matching_counter(get_adapter().decrypt(row.data["secret"]), typed, at=at)
        # A code is good once: who looked over a shoulder comes too late.
        if counter is not None and counter > row.data.get("counter", -1):
            row.data["counter"], row.last_used_at = counter, at
            row.save(update_fields=["data", "last_used_at"])
            return True
    return any(
        RecoveryCodes(row).validate_code(typed) for row in rows.filter(type=Kind.RECOVERY_CODES)
    )


def _matching_counter(secret: str, code: str, *, at: datetime) -> int | None:
    """Return the half minute whose code this is: this one, the one before or after."""
    typed = "".join(code.split())
    now = int(at.timestamp()) // 30
    for counter in (now - 1, now, now + 1):
        if compare_user_code(
            actual=typed, expected=totp.format_hotp_value(totp.hotp_value(secret, counter))
        ):
            return counter
    return None


def _first_recovery_codes(user: User) -> list[str]:
    rows = Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES)
    return [] if rows.exists() else list(RecoveryCodes.activate(user).get_unused_codes())
