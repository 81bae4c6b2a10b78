"""What the balancer and the compose file ask: may this process be sent requests?"""

from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty.core import drifting, problems
from loyalty.core.problems import DatabaseUnavailable
from loyalty.core.refusals import Refusal

_TRY_AGAIN_AFTER = {"Retry-After": "5"}
_LARGEST_DRIFT = timedelta(seconds=2)


class ClocksDisagree(Refusal):
    """Points expire by our clock and leases by the database's rows: two clocks, one time."""

    code = "clocks-disagree"
    status = 503
    is_retryable = True
    title = _("The clocks of the service and of its database are too far apart.")


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers and tells our time.

    Otherwise 503 as a problem (RFC 9457) with Retry-After.
    """
    try:
        drift = drifting.get_drift()
    except (OperationalError, InterfaceError):
        return problems.answer(request, DatabaseUnavailable(headers=_TRY_AGAIN_AFTER))
    if drift > _LARGEST_DRIFT:
        return problems.answer(request, ClocksDisagree(headers=_TRY_AGAIN_AFTER))
    return JsonResponse({"status": "ok"})
