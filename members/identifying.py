"""One way of writing each identifier, so that one person is found however it was typed."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed

_CARD = re.compile(r"[0-9A-Z]{4,40}")
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_EMAIL_LENGTH = 254
_EXTERNAL_ID_LENGTH = 80


class IdentifierTaken(Refusal):
    """Somebody in the programme has it already. Whose it is stays unsaid."""

    code = "identifier-taken"
    title = _("This identifier is already used in the programme.")


def email(raw: str) -> str:
    """Return an address trimmed and in lower case. Raises ValidationFailed."""
    address = unicodedata.normalize("NFC", raw.strip()).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise _invalid("email", _("This is not an e-mail address.")) from None
    if len(address) > _EMAIL_LENGTH:
        raise _invalid("email", _("This is not an e-mail address."))
    return address


def mailbox(address: str) -> str:
    """Return by which mailbox an address is read: `ada+shop@example.org` by `ada@example.org`.

    At Gmail dots are none either. For comparing alone: nobody is written to there.
    """
    local, _at, domain = address.lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in _GMAIL:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def phone(raw: str, *, region: str | None = None) -> str:
    """Return a number in E.164: +33612345678. A national number is read in `region`.

    Without a region, in that of the installation (France). Raises ValidationFailed.
    """
    try:
        number = phonenumbers.parse(raw, region or settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        raise _invalid("phone", _("This is not a phone number.")) from None
    if not phonenumbers.is_valid_number(number):
        raise _invalid("phone", _("This is not a phone number."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def card(raw: str) -> str:
    """Return a card number without spaces or hyphens, in capitals. Raises ValidationFailed."""
    number = re.sub(r"[\s-]", "", raw).upper()
    if not _CARD.fullmatch(number):
        raise _invalid("card", _("This is not a card number."))
    return number


def tombstone(number: str, *, secret: str | bytes | None = None) -> str:
    """Return what stays of a card number whose holder was forgotten.

    Nobody can type it, or read the number back; with SECRET_KEY it is recognised again.
    """
    digest = salted_hmac("members.cards", number, secret=secret, algorithm="sha256").hexdigest()
    return f"gone:{digest[:32]}"


def tombstones(numbers: Iterable[str]) -> list[str]:
    """Return what may stay of card numbers, under the key of today and those before it."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [tombstone(number, secret=secret) for number in numbers for secret in secrets]


def external_id(raw: str) -> str:
    """Return another system's identifier, trimmed. Raises ValidationFailed."""
    identifier = unicodedata.normalize("NFC", raw.strip())
    if not 0 < len(identifier) <= _EXTERNAL_ID_LENGTH or not identifier.isprintable():
        raise _invalid("external_id", _("This is not an identifier."))
    return identifier


def normalised(given: Mapping[str, str | None]) -> dict[str, str]:
    """Return those of email, phone, card and external_id that were given, as they are kept.

    Raises ValidationFailed with one error for each that cannot be read.
    """
    readers = {"email": email, "phone": phone, "card": card, "external_id": external_id}
    kept: dict[str, str] = {}
    errors: list[FieldRefusal] = []
    for name, raw in given.items():
        if raw is None or not raw.strip():
            continue
        try:
            kept[name] = readers[name](raw)
        except ValidationFailed as refusal:
            errors.extend(refusal.errors)
    if errors:
        raise ValidationFailed(errors=errors)
    return kept


def _invalid(name: str, detail: str | Promise) -> ValidationFailed:
    return ValidationFailed(errors=[FieldRefusal(f"/{name}", "invalid", detail)])
