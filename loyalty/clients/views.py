"""Doors of the API that belong to no other app: what became of a key, and what a code means."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from rest_framework.response import Response

from loyalty.clients import answering, claims, schemas
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Answer, Scope
from loyalty.core import problems
from loyalty.core.refusals import NotFound


class Operation(ClientView):
    """Did it happen? What this client was answered under a key, without repeating it.

    A client sees its own keys only. 404: nothing happened under this key, and nothing that
    was sent before this call will happen later, unless it is still running (409).
    """

    operation = "getOperation"
    required_scope = Scope.PURCHASES_WRITE
    also_with = tuple(Scope)
    refusals = (answering.KeyMissing, NotFound, claims.InFlight)

    @schemas.get_operation
    def get(self, request: ClientRequest, key: str) -> Response:
        key = answering.read_key(key)
        is_running = claims.is_running(client=request.client, key=key)
        done = Answer.objects.filter(client=request.client, key=key).first()
        if done is None and is_running:
            raise claims.InFlight(headers={"Retry-After": "1"})
        if done is None:
            raise NotFound
        return Response(_describe(done))


def _describe(done: Answer) -> dict[str, object]:
    is_done = done.status is not None and done.status < 400
    return {
        "key": done.key,
        "operation": done.operation,
        "status": done.status,
        "id": done.subject if is_done else None,
        "code": None if is_done else done.subject,
        "location": done.headers.get("Location"),
        "answered_at": done.answered_at.isoformat(timespec="seconds"),
    }


@require_safe
def problem_type(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a problem's `type` means: the page that it points to."""
    refusal = problems.catalogue().get(code)
    if refusal is None:
        return problems.answer(request, NotFound())
    with translation.override(translation.get_language_from_request(request)):
        shown = {
            "code": refusal.code,
            "status": refusal.status,
            "title": str(refusal.title),
            "retryable": refusal.is_retryable,
        }
    return JsonResponse(shown, json_dumps_params={"ensure_ascii": False})


@csrf_exempt
def unknown_route(request: HttpRequest) -> HttpResponse:
    """Say that the API has no such route; a key is not asked for."""
    return problems.answer(request, NotFound())
