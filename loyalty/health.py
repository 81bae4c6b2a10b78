"""What the balancer and the compose file ask: may this process be sent requests?"""

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

_TRY_AGAIN_AFTER = "5"


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, else 503 as a problem (RFC 9457) with Retry-After."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return _unavailable()
    return JsonResponse({"status": "ok"})


def _unavailable() -> HttpResponse:
    problem = {
        "type": "about:blank",
        "title": _("The database does not answer."),
        "status": 503,
        "code": "unavailable",
        "retryable": True,
    }
    return JsonResponse(
        problem,
        status=503,
        content_type="application/problem+json",
        headers={"Retry-After": _TRY_AGAIN_AFTER},
    )
