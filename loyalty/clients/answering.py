"""The same key acts once and is answered once: the same bytes again, whoever asks how often.

The claim of the key, the effect, the stored answer and the events are one transaction. A
refusal (422) undoes the effect whole and is then kept under the claim, as final as a success.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

from django.conf import settings
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from loyalty.clients import capping, claims, throttling
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.capping import Moved
from loyalty.clients.claims import Call, Given
from loyalty.core import engines, keys, problems, requests
from loyalty.core.refusals import ConcurrentUpdate, Refusal

TRIES = 3
REPLAYED = "Idempotent-Replayed"
_REFUSED = 422
_QUOTED = re.compile(r'"(.*)"')
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")

Handler = Callable[..., Response]


class KeyMissing(Refusal):
    code = "idempotency-key-missing"
    status = 400
    title = _("This call needs an Idempotency-Key of 1 to 255 printable ASCII characters.")


class AnsweredOnceView(ClientView):
    """A door whose `post` changes something: each Idempotency-Key of a client acts once.

    `post` runs inside the transaction that keeps its answer, and may run up to three times;
    it raises its refusals, and hands `request.operation_key` to its one capability. What it
    makes is found below its own address: under the `id` of its answer, or under the figure
    that `makes` names when a refusal says which was first. `earns` and `spends` are where its
    answer says how many points it gave or took, as in `award.points`, if it does; what a call
    lets a client take otherwise is `count_let_go`'s to say.
    """

    makes: ClassVar[str] = "id"
    earns: ClassVar[Sequence[str]] = ()
    spends: ClassVar[Sequence[str]] = ()

    http_method_names = ["post", "options"]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "post" in cls.__dict__:
            cls.post = _answered_once(cls.__dict__["post"])  # type: ignore[attr-defined]

    def count_let_go(self, answer: Any) -> int:
        """Return how many points it took of those that a till had let go before."""
        return 0


def read_key(header: str) -> str:
    """Return the key that a header or a path shows, quoted or not. Refused: KeyMissing."""
    quoted = _QUOTED.fullmatch(header)
    key = quoted[1] if quoted else header
    if not _PRINTABLE.fullmatch(key):
        raise KeyMissing
    return key


def _answered_once(handler: Handler) -> Callable[..., HttpResponse]:
    @wraps(handler)
    def post(view: AnsweredOnceView, request: ClientRequest, **values: Any) -> HttpResponse:
        call = _read_call(view, request, values)
        if given := claims.get_given(call=call):
            return _replay(given, request)
        request.operation_key = keys.digest(scope=call.client.public_id, key=call.key)
        try:
            given = _act(call, lambda: _run(handler, view, request, values), at=timezone.now())
        except Refusal as refusal:
            if refusal.status != _REFUSED:
                raise
            _count_miss(refusal, call)
            given = _keep(call, _of_refusal(refusal, view, request), at=timezone.now())
        return _replay_other(call, request) if given is None else _respond(given)

    return post


def _count_miss(refusal: Refusal, call: Call) -> None:
    """Of a miss too many it is neither said nor kept that it is one."""
    if not refusal.is_miss:
        return
    over = throttling.judge_miss(client=call.client, at=timezone.now())
    if over:
        raise over.refusal() from refusal


def _read_call(view: AnsweredOnceView, request: ClientRequest, values: Mapping[str, Any]) -> Call:
    key = read_key(request.META.get("HTTP_IDEMPOTENCY_KEY", ""))
    asked = claims.fingerprint(
        method=str(request.method), operation=view.operation, values=values, body=request.data
    )
    return Call(request.client, key, view.operation, asked)


def _act(call: Call, run: Callable[[], Given], *, at: datetime) -> Given | None:
    """Claim, run and keep the answer in one transaction, again if the database gave it up.

    None: somebody else was answered under this key meanwhile, and nothing was done here.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic(durable=True):
                return _claim_and(call, run, at=at)
        except ConcurrentUpdate:
            # Somebody was merged meanwhile: looked up again, it is who has what was theirs.
            if attempt == TRIES:
                raise
        except OperationalError as error:
            if not engines.is_conflict(error):
                raise
            if attempt == TRIES:
                raise ConcurrentUpdate(headers={"Retry-After": "1"}) from error
    raise AssertionError  # The last try returned or raised.


def _keep(call: Call, given: Given, *, at: datetime) -> Given | None:
    """Keep a refusal under the key, in a transaction of its own: the effect's was undone."""
    with transaction.atomic(durable=True):
        return _claim_and(call, lambda: given, at=at)


def _claim_and(call: Call, answer: Callable[[], Given], *, at: datetime) -> Given | None:
    pk = claims.claim(call=call, at=at)
    if pk is None:
        return None
    given = answer()
    claims.settle(pk=pk, given=given)
    return given


def _run(
    handler: Handler, view: AnsweredOnceView, request: ClientRequest, values: Mapping[str, Any]
) -> Given:
    response = handler(view, request, **values)
    moved = Moved(
        earned=sum(_points_at(place, response.data) for place in view.earns),
        spent=sum(_points_at(place, response.data) for place in view.spends),
        let_go=view.count_let_go(response.data),
    )
    capping.count(client=request.client, moved=moved, at=timezone.now())
    made = str(response.data.get("id", ""))
    body = JSONRenderer().render(response.data).decode()
    # What was changed, and not made, is nowhere below its address.
    located = made if response.status_code == status.HTTP_201_CREATED else ""
    return Given(response.status_code, body, _headers(request, located), made)


def _points_at(place: str, answer: Any) -> int:
    for name in place.split("."):
        answer = answer[name]
    return int(answer)


def _of_refusal(refusal: Refusal, view: AnsweredOnceView, request: ClientRequest) -> Given:
    problem = problems.describe(refusal, instance=requests.get_id(request))
    body = JSONRenderer().render(problem.members).decode()
    headers = _headers(request, str(refusal.figures.get(view.makes, "")))
    return Given(problem.status, body, headers | dict(problem.headers), refusal.code)


def _headers(request: ClientRequest, made: str) -> dict[str, str]:
    headers = {"Content-Language": translation.get_language() or settings.LANGUAGE_CODE}
    return headers | {"Location": f"{request.path}/{made}"} if made else headers


def _replay_other(call: Call, request: ClientRequest) -> HttpResponse:
    """Give the answer of whoever was first while this request was on its way."""
    given = claims.get_given(call=call)
    if given is None:
        raise ConcurrentUpdate(headers={"Retry-After": "1"})
    return _replay(given, request)


def _replay(given: Given, request: ClientRequest) -> HttpResponse:
    if given.body is not None:
        return _respond(given, **{REPLAYED: "true"})
    body = _remember(given, instance=requests.get_id(request))
    return _respond(
        Given(given.status, body, given.headers, given.subject), **{REPLAYED: "body-expired"}
    )


def _remember(given: Given, *, instance: str) -> str:
    """Say what can still be said once the body is gone: the id, or why it was refused."""
    if given.status != _REFUSED:
        return JSONRenderer().render({"id": given.subject}).decode()
    known = problems.catalogue().get(given.subject, Refusal)
    problem = problems.describe(known(), instance=instance)
    return JSONRenderer().render(problem.members).decode()


def _respond(given: Given, **marks: str) -> HttpResponse:
    content_type = problems.CONTENT_TYPE if given.status >= 400 else "application/json"
    return HttpResponse(
        given.body or "",
        status=given.status,
        content_type=content_type,
        headers={**given.headers, **marks},
    )
