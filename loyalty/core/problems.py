"""Every error of the API as `application/problem+json` (RFC 9457), in the caller's language.

A door catches nothing: what it raises is read here, once. The words are for people; `code`
is for programs and never changes.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from loyalty.core import engines, requests
from loyalty.core.parsing import MalformedJSON
from loyalty.core.refusals import (
    ConcurrentUpdate,
    FieldRefusal,
    NotFound,
    Refusal,
    ValidationFailed,
)

Handler = Callable[..., HttpResponse]

CONTENT_TYPE = "application/problem+json"
API = "/api/"
_TYPES = "/api/v1/problems/"


class DatabaseUnavailable(Refusal):
    code = "database-unavailable"
    status = 503
    is_retryable = True
    title = _("The service cannot reach its database. Send it again in a moment.")


class Overloaded(Refusal):
    code = "overloaded"
    status = 503
    is_retryable = True
    title = _("The service is too busy. Send it again in a moment.")


class RateLimited(Refusal):
    code = "rate-limited"
    status = 429
    is_retryable = True
    title = _("Too many requests. Send it again later.")


class Forbidden(Refusal):
    code = "forbidden"
    status = 403
    title = _("This is not allowed.")


class Unauthenticated(Refusal):
    code = "unauthenticated"
    status = 401
    title = _("This needs a valid key: Authorization: Api-Key …")


class BadRequest(Refusal):
    code = "bad-request"
    status = 400
    title = _("The request cannot be read.")


class MethodNotAllowed(Refusal):
    code = "method-not-allowed"
    status = 405
    title = _("This method is not allowed here.")


class NotAcceptable(Refusal):
    code = "not-acceptable"
    status = 406
    title = _("Only application/json can be given here.")


class UnsupportedMediaType(Refusal):
    code = "unsupported-media-type"
    status = 415
    title = _("The body must be application/json.")


class InternalError(Refusal):
    code = "internal-error"
    status = 500
    title = _("Something went wrong on our side. It has been noted.")


@dataclass(frozen=True)
class Problem:
    """A refusal as it is said to one caller: its members, and the headers that go with it."""

    status: int
    members: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def describe(refusal: Refusal, *, instance: str) -> Problem:
    """Say a refusal in the language in force. `instance` is the request's id."""
    members: dict[str, Any] = {
        "type": f"{_TYPES}{refusal.code}",
        "title": str(refusal.title),
        "status": refusal.status,
        "detail": str(refusal.detail),
        "instance": instance,
        "code": refusal.code,
        "retryable": refusal.is_retryable,
    }
    if refusal.errors:
        members["errors"] = [_describe_field(error) for error in refusal.errors]
    for name, figure in refusal.figures.items():
        members.setdefault(name, figure.isoformat() if isinstance(figure, datetime) else figure)
    return Problem(refusal.status, members, refusal.headers)


def handle(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into its answer; None leaves a fault of ours to Django."""
    refusal = read(exc)
    if refusal is None:
        return None
    problem = describe(refusal, instance=requests.get_id(context["request"]))
    return Response(
        problem.members, problem.status, headers=dict(problem.headers), content_type=CONTENT_TYPE
    )


def read(exc: BaseException | None) -> Refusal | None:
    """Return the refusal that an exception means, or None for a fault of ours."""
    if isinstance(exc, Refusal):
        return exc
    if isinstance(exc, OperationalError | InterfaceError):
        return _read_database(exc)
    if isinstance(exc, Http404):
        return NotFound()
    if isinstance(exc, PermissionDenied):
        return Forbidden()
    if isinstance(exc, exceptions.APIException):
        return _read_framework(exc)
    return None


def known_refusals() -> list[type[Refusal]]:
    """Return every refusal of this process, whichever app says it."""
    return list(_descendants(Refusal))


def catalogue() -> dict[str, type[Refusal]]:
    """Return refusals by code: each code is one class's own, and a test holds it so."""
    return {refusal.code: refusal for refusal in known_refusals() if "code" in vars(refusal)}


def or_page(refusal: type[Refusal], page: Handler) -> Handler:
    """Return a handler for Django's own errors: this refusal under /api/, `page` elsewhere.

    Routes that do not exist, requests no view has seen, and our faults come this way.
    """

    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        if not request.path.startswith(API):
            return page(request) if exception is None else page(request, exception)
        # Django calls this while it handles what was raised.
        raised = read(sys.exc_info()[1]) if refusal is InternalError else None
        return answer(request, raised or refusal())

    return handler


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal outside the API's views."""
    with translation.override(translation.get_language_from_request(request)):
        problem = describe(refusal, instance=requests.get_id(request))
    return JsonResponse(
        dict(problem.members),
        status=problem.status,
        headers=dict(problem.headers),
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )


def _read_database(exc: OperationalError | InterfaceError) -> Refusal:
    if engines.is_conflict(exc):
        return ConcurrentUpdate(headers={"Retry-After": "1"})
    if engines.is_overload(exc):
        return Overloaded(headers={"Retry-After": "1"})
    return DatabaseUnavailable(headers={"Retry-After": "2"})


_BY_STATUS: Mapping[int, type[Refusal]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    406: NotAcceptable,
    415: UnsupportedMediaType,
}


def _read_framework(exc: exceptions.APIException) -> Refusal:
    if isinstance(exc, exceptions.ValidationError):
        return ValidationFailed(errors=list(_fields(exc.detail)))
    if isinstance(exc, exceptions.ParseError):
        return MalformedJSON()
    if isinstance(exc, exceptions.Throttled):
        wait = math.ceil(getattr(exc, "wait", None) or 1)
        return RateLimited(headers={"Retry-After": str(wait)})
    return _BY_STATUS.get(exc.status_code, InternalError)()


def _fields(detail: Any, pointer: str = "") -> Iterator[FieldRefusal]:
    """Walk what a serializer refused; a pointer is RFC 6901's, "" being the whole body."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            whole = name == "non_field_errors"
            yield from _fields(inner, pointer if whole else f"{pointer}/{_escape(name)}")
    elif isinstance(detail, Sequence) and not isinstance(detail, str):
        for position, inner in enumerate(detail):
            plain = isinstance(inner, str)
            yield from _fields(inner, pointer if plain else f"{pointer}/{position}")
    else:
        code = str(getattr(detail, "code", "invalid")).replace("_", "-")
        yield FieldRefusal(pointer=pointer, code=code, detail=str(detail))


def _escape(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _describe_field(error: FieldRefusal) -> dict[str, str | Promise]:
    return {"pointer": error.pointer, "code": error.code, "detail": str(error.detail)}


def _descendants(parent: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in parent.__subclasses__():
        yield child
        yield from _descendants(child)
