"""JSON as this API takes it: RFC 8259, and nothing that two readers could read differently."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser

from loyalty.core.refusals import Refusal

MAX_DEPTH = 20
_MAX_INTEGER_DIGITS = 18


class MalformedJSON(Refusal):
    code = "malformed-json"
    status = 400
    title = _("The body is not valid JSON.")


class PayloadTooLarge(Refusal):
    code = "payload-too-large"
    status = 413
    title = _("The body is larger than this service accepts.")


class StrictJSONParser(BaseParser):
    """Read a JSON body, or refuse it with MalformedJSON or PayloadTooLarge."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return loads(_read(stream, limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))


def loads(body: bytes) -> Any:
    """Return what a JSON document says.

    Refused with MalformedJSON: anything but UTF-8, a name said twice, NaN and Infinity,
    numbers beyond 18 digits or a double's range, NUL and lone surrogates in strings, and
    more than 20 levels.
    """
    try:
        text = body.decode()
        value = json.loads(
            text,
            object_pairs_hook=_read_object,
            parse_constant=_refuse_constant,
            parse_float=_read_float,
            parse_int=_read_integer,
        )
    except UnicodeDecodeError as error:
        raise MalformedJSON(_("It is not UTF-8.")) from error
    except RecursionError as error:
        raise MalformedJSON(_TOO_DEEP) from error
    except json.JSONDecodeError as error:
        raise MalformedJSON(
            _("It stops making sense where shown."), line=error.lineno, column=error.colno
        ) from error
    # Only escapes can hide NUL or half a character; only many brackets can nest deeply.
    if "\\u" in text or text.count("{") + text.count("[") > MAX_DEPTH:
        _check(value, depth=1)
    return value


def _read(stream: IO[bytes], *, limit: int) -> bytes:
    try:
        body = stream.read(limit + 1)
    except OSError as error:
        raise MalformedJSON(_("The body stopped before its end.")) from error
    if len(body) > limit:
        raise PayloadTooLarge(limit=limit)
    return body


_TOO_DEEP: Promise = _("It nests too deeply.")


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedJSON(_("An object names the same thing twice."))
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJSON(_("NaN and Infinity are not numbers of JSON."))


def _read_float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise MalformedJSON(_("A number is too large."))
    return value


def _read_integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAX_INTEGER_DIGITS:
        raise MalformedJSON(_("A number is too large."))
    return int(digits)


def _check(value: Any, *, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list | dict):
        if depth > MAX_DEPTH:
            raise MalformedJSON(_TOO_DEEP)
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(item, depth=depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise MalformedJSON(_("A string holds a character that cannot be stored."))
