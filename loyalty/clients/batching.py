"""Many requests in one: each is done and answered as if it had come alone, under its own key."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from rest_framework.exceptions import APIException

from loyalty.clients import throttling
from loyalty.clients.answering import REPLAYED, AnsweredOnceView
from loyalty.clients.authentication import HasScope
from loyalty.clients.calling import ClientRequest
from loyalty.core import problems, requests
from loyalty.core.refusals import Refusal


@dataclass(frozen=True)
class Errand:
    """What one request would have been: to which door, at which address, under which key."""

    door: type[AnsweredOnceView]
    path: str
    key: str
    body: Any
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """How an errand was answered. `refusal` is why nothing is kept under its key."""

    status: int
    body: Mapping[str, Any]
    location: str | None = None
    replayed: str | None = None
    refusal: Refusal | None = None


class OneOfMany(ClientRequest):
    """An errand as its door sees it: its own body and key, and all else of the whole request."""

    is_one_of_many = True

    def __init__(self, whole: ClientRequest, errand: Errand) -> None:
        super().__init__(whole._request)
        self._full_data = errand.body
        self.auth = whole.auth
        self.path = errand.path
        self.META = {**whole.META, "HTTP_IDEMPOTENCY_KEY": errand.key}


def run(*, errand: Errand, whole: ClientRequest) -> Done:
    """Do one errand and return its answer. Raises whatever is not kept under its key."""
    door, request = errand.door(), OneOfMany(whole, errand)
    HasScope().has_permission(request, door)
    answer = door.post(request, **errand.values)  # type: ignore[attr-defined]
    return Done(
        status=answer.status_code,
        body=json.loads(answer.content),
        location=answer.get("Location"),
        replayed=answer.get(REPLAYED),
    )


def attempt(*, work: Callable[[], Done], whole: ClientRequest) -> Done:
    """Return the answer to one errand, whatever became of it; only a fault of ours is raised."""
    try:
        return work()
    except (Refusal, APIException, OperationalError, InterfaceError) as error:
        refusal = problems.read(error)
        if refusal is None:
            raise
        return refuse(refusal=_weighed(refusal, whole), whole=whole)


def refuse(*, refusal: Refusal, whole: ClientRequest) -> Done:
    """Return a refusal as the answer to an errand."""
    problem = problems.describe(refusal, instance=requests.get_id(whole))
    return Done(status=problem.status, body=problem.members, refusal=refusal)


def _weighed(refusal: Refusal, request: ClientRequest) -> Refusal:
    """Count a miss; of one too many it is not said that it is one."""
    if not refusal.is_miss:
        return refusal
    over = throttling.judge_miss(client=request.client, at=timezone.now())
    return over.refusal() if over else refusal
