"""Doors of the tests: real ones, with the smallest effect that can be counted."""

from typing import ClassVar

from django.db import OperationalError
from django.urls import path
from django.views import defaults
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Scope
from loyalty.core import problems
from loyalty.core.refusals import ConcurrentUpdate, NotFound, Refusal
from loyalty.events import outbox
from tests.conftest import NOON


class SoldOut(Refusal):
    code = "sold-out"


class Deadlock(Exception):
    """As psycopg says it."""

    sqlstate = "40P01"


class Effects(AnsweredOnceView):
    """Record one event, then do what the body says: succeed, refuse, or fail."""

    operation = "makeEffect"
    required_scope = Scope.PURCHASES_WRITE
    makes = "effect"
    deadlocks: ClassVar[list[str]] = []

    def post(self, request: ClientRequest, place: str = "here") -> Response:
        outbox.record("effect.made", {"key": request.operation_key, "place": place}, at=NOON)
        match request.data.get("do"):
            case "refuse":
                raise SoldOut(left=0)
            case "refuse a second":
                raise SoldOut(effect="eff_1")
            case "miss":
                raise NotFound
            case "break":
                raise RuntimeError("a bug")
            case "deadlock" if self.deadlocks:
                self.deadlocks.pop()
                raise OperationalError("deadlock detected") from Deadlock()
            case "lose a race" if self.deadlocks:
                self.deadlocks.pop()
                raise ConcurrentUpdate
            case "lose the database":
                raise OperationalError("server closed the connection unexpectedly")
        return Response({"id": "eff_1", "é": "13.80"}, status=201)


class Reading(ClientView):
    operation = "readSomething"
    required_scope = Scope.MEMBERS_READ
    also_with = (Scope.PROGRAMME_READ,)

    def get(self, request: ClientRequest) -> Response:
        return Response({"client": request.client.name, "user": str(request.user)})


class Nobody(NotFound):
    code = "nobody"
    is_miss = True


class Asking(ClientView):
    """Ask for somebody, who is there if the address says so."""

    operation = "askForSomebody"
    required_scope = Scope.MEMBERS_READ
    refusals = (Nobody,)

    def get(self, request: ClientRequest, name: str) -> Response:
        if name != "ada":
            raise Nobody
        return Response({"name": name})


class Moving(AnsweredOnceView):
    """Move the points that the body says."""

    operation = "movePoints"
    required_scope = Scope.PURCHASES_WRITE
    earns = ("award.points",)
    spends = ("spent",)

    def post(self, request: ClientRequest) -> Response:
        outbox.record("effect.made", {"key": request.operation_key}, at=NOON)
        earned, spent = request.data.get("earned", 0), request.data.get("spent", 0)
        return Response({"id": "mov_1", "award": {"points": earned}, "spent": spent}, status=201)


class Thieving(AnsweredOnceView):
    """As Effects, under another name."""

    operation = "makeOtherEffect"
    required_scope = Scope.PURCHASES_WRITE

    def post(self, request: ClientRequest) -> Response:
        return Response({"id": "oth_1"}, status=201)


urlpatterns = [
    path("api/effects", Effects.as_view()),
    path("api/effects/<str:place>", Effects.as_view()),
    path("api/others", Thieving.as_view()),
    path("api/asking/<str:name>", Asking.as_view()),
    path("api/moving", Moving.as_view()),
    path("api/reading", Reading.as_view()),
]
handler400 = problems.or_page(problems.BadRequest, defaults.bad_request)
handler403 = problems.or_page(problems.Forbidden, defaults.permission_denied)
handler404 = problems.or_page(problems.NotFound, defaults.page_not_found)
handler500 = problems.or_page(problems.InternalError, defaults.server_error)
