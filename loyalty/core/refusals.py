"""A refusal is the product saying no: a stable code, a status, words in both languages.

An exception class here or beside the function that raises it. Doors catch none of them;
`core/problems.py` turns each into `application/problem+json` (RFC 9457).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class FieldRefusal:
    """What is wrong with one value: where (a JSON pointer), a stable code, words."""

    pointer: str
    code: str
    detail: str | Promise


class Refusal(Exception):
    """Asked and refused. Nothing was written. `figures` help the caller (available, limit…).

    A miss says that somebody or something does not exist: who asks too often is guessing.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    is_retryable: ClassVar[bool] = False
    is_miss: ClassVar[bool] = False
    title: ClassVar[str | Promise] = _("Refused.")

    def __init__(
        self,
        detail: str | Promise = "",
        *,
        errors: Sequence[FieldRefusal] = (),
        headers: Mapping[str, str] | None = None,
        **figures: Any,
    ) -> None:
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.figures = figures
        super().__init__(str(self.code))


class ValidationFailed(Refusal):
    code = "validation-failed"
    status = 400
    title = _("The request holds values that cannot be accepted.")


class NotFound(Refusal):
    code = "not-found"
    status = 404
    title = _("There is nothing here.")


class KeyReused(Refusal):
    """The same key acts once; for something else it is refused."""

    code = "idempotency-key-reused"
    title = _("This Idempotency-Key has already been used for another request.")


class ConcurrentUpdate(Refusal):
    code = "concurrent-update"
    status = 409
    is_retryable = True
    title = _("Somebody else changed the same thing at the same moment. Send it again.")
