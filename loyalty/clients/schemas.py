"""How the API describes itself in OpenAPI 3.1: what every operation shares is said here once."""

from collections import defaultdict
from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from loyalty.clients import authentication, capping
from loyalty.core import parsing, problems
from loyalty.core.refusals import ConcurrentUpdate, KeyReused, Refusal, ValidationFailed
from loyalty.programmes import books

_ALWAYS: tuple[type[Refusal], ...] = (
    problems.Unauthenticated,
    authentication.KeyExpired,
    authentication.KeyRevoked,
    authentication.ScopeMissing,
    authentication.AddressNotAllowed,
    problems.RateLimited,
    problems.NotAcceptable,
    problems.DatabaseUnavailable,
    problems.Overloaded,
    books.ProgrammeMissing,
)
_WITH_BODY: tuple[type[Refusal], ...] = (
    parsing.MalformedJSON,
    ValidationFailed,
    parsing.PayloadTooLarge,
    problems.UnsupportedMediaType,
)


class FieldProblemOutput(serializers.Serializer[Any]):
    """What is wrong with one value of the body."""

    pointer = serializers.CharField(help_text='RFC 6901; "" is the whole body.')
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemOutput(serializers.Serializer[Any]):
    """RFC 9457, with a stable code, and figures where they help."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="In the language of Accept-Language.")
    instance = serializers.CharField(help_text="The request's id, also in X-Request-Id.")
    code = serializers.CharField()
    retryable = serializers.BooleanField()
    errors = FieldProblemOutput(many=True, required=False)  # type: ignore[assignment]


class OperationOutput(serializers.Serializer[Any]):
    """What became of a key."""

    key = serializers.CharField()
    operation = serializers.CharField()
    status = serializers.IntegerField()
    id = serializers.CharField(allow_null=True, help_text="Of what was made.")
    code = serializers.CharField(allow_null=True, help_text="Of the refusal.")
    location = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField()


class ClientKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Api-Key <key>`."""

    target_class = "loyalty.clients.authentication.ClientKeyAuthentication"
    name = "ClientKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key <key>`: a client's key, shown once when it is made.",
        }


class StrictShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """What a strict serializer does not know, it refuses."""

    target_class = "loyalty.clients.shapes.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        shape = auto_schema._map_serializer(  # type: ignore[no-untyped-call]
            self.target, direction, bypass_extensions=True
        )
        return {**shape, **self.target.limits, "additionalProperties": False}


class MoneyShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A decimal string, below zero where the field takes that."""

    target_class = "loyalty.clients.shapes.MoneyField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        sign = "-?" if self.target.may_be_negative else ""
        amount = rf"^{sign}(0|[1-9]\d{{0,11}})(\.\d{{1,4}})?$"
        return {"type": "string", "pattern": amount, "examples": ["13.80"]}


class ClientSchema(AutoSchema):
    """Reads from a view what it is called, which refusals it has, and whether it has a key."""

    def get_operation_id(self) -> str:
        return str(getattr(self.view, "operation", None) or super().get_operation_id())

    def _get_serializer_name(self, serializer: Any, direction: Any, *more: Any) -> str:
        name = super()._get_serializer_name(serializer, direction, *more)
        return str(name).removesuffix("Output")

    def get_override_parameters(self) -> list[Any]:
        keyed = [_KEY, _LOCATION, _REPLAYED] if self._is_answered_once() else []
        return [_LANGUAGE, _REQUEST_ID, _RETRY_AFTER, *_RATE, *keyed]

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        """A body may be left out only where an empty one would do."""
        body: dict[str, Any] | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        if body is None:
            return None
        asked = force_instance(self.get_request_serializer())  # type: ignore[no-untyped-call]
        return {**body, "required": not type(asked)(data={}).is_valid()}

    def _is_answered_once(self) -> bool:
        return hasattr(self.view, "makes")

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        refusals = [*_ALWAYS, *getattr(self.view, "refusals", ())]
        if self.method == "POST":
            refusals += _WITH_BODY
        if self._is_answered_once():
            refusals += _keyed()
        if getattr(self.view, "earns", ()) or getattr(self.view, "spends", ()):
            refusals.append(capping.LimitExceeded)
        by_status: dict[int, list[type[Refusal]]] = defaultdict(list)
        for refusal in refusals:
            by_status[refusal.status].append(refusal)
        for status, said in sorted(by_status.items()):
            bodies[str(status)] = self._describe(status, said, direction)
        return bodies

    def _describe(self, status: int, said: list[type[Refusal]], direction: Any) -> dict[str, Any]:
        response = OpenApiResponse(
            ProblemOutput,
            description=", ".join(f"`{refusal.code}`" for refusal in said),
            examples=[_example(refusal) for refusal in said],
        )
        return dict(
            self._get_response_for_code(  # type: ignore[no-untyped-call]
                response, str(status), [problems.CONTENT_TYPE], direction
            )
        )


def _keyed() -> tuple[type[Refusal], ...]:
    from loyalty.clients import answering, claims

    return (answering.KeyMissing, claims.InFlight, ConcurrentUpdate, KeyReused)


def _example(refusal: type[Refusal]) -> OpenApiExample:
    problem = problems.describe(refusal(), instance="req_01m7zzcn5mkr9gvvxhzq1xspf4")
    return OpenApiExample(
        refusal.code,
        value=dict(problem.members),
        status_codes=[str(refusal.status)],
        media_type=problems.CONTENT_TYPE,
        response_only=True,
    )


_LANGUAGE = OpenApiParameter(
    "Accept-Language",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="`fr` (the default) or `en`: the language of names and of what went wrong.",
)
_KEY_SHAPE = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x20-\x7e]+$"}
_KEY = OpenApiParameter(
    "Idempotency-Key",
    _KEY_SHAPE,
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "1 to 255 printable ASCII characters, quoted or not. The same key and body give the"
        " first answer again; send the same key after any network error, 409, 429 or 503."
    ),
)
_REQUEST_ID = OpenApiParameter(
    "X-Request-Id",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=True,
    description="The id of this request, as in our logs.",
)
_RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    OpenApiTypes.INT,
    OpenApiParameter.HEADER,
    response=[409, 429, 503],
    description="In how many seconds to send it again.",
)
_RATE = [
    OpenApiParameter(
        f"RateLimit-{name}",
        OpenApiTypes.INT,
        OpenApiParameter.HEADER,
        response=True,
        description=description,
    )
    for name, description in (
        (
            "Limit",
            "How many calls this client may make in a minute, or in a day.",
        ),
        ("Remaining", "How many of them are left."),
        ("Reset", "In how many seconds all of them are back."),
    )
]
_LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201, 422],
    description="What was made, or what was there first.",
)
_REPLAYED = OpenApiParameter(
    "Idempotent-Replayed",
    {"type": "string", "enum": ["true", "body-expired"]},
    OpenApiParameter.HEADER,
    response=[200, 201, 422],
    description="This is the first answer again; after 90 days, only its status and id.",
)

_DONE = {
    "key": "7f0c",
    "operation": "recordPurchase",
    "status": 201,
    "id": "pur_01m7zzcn5mkr9gvvxhzq1xspf4",
    "code": None,
    "location": "/api/v1/purchases/pur_01m7zzcn5mkr9gvvxhzq1xspf4",
    "answered_at": "2026-11-21T09:15:01+00:00",
}
_REFUSED: dict[str, Any] = {
    **_DONE,
    "operation": "createHold",
    "status": 422,
    "id": None,
    "code": "insufficient-points",
    "location": None,
}

get_operation = extend_schema(
    parameters=[OpenApiParameter("key", _KEY_SHAPE, OpenApiParameter.PATH)],
    responses={200: OperationOutput},
    examples=[
        OpenApiExample("It happened", value=_DONE, response_only=True),
        OpenApiExample("It was refused", value=_REFUSED, response_only=True),
    ],
)
