"""Every component in every state, for whoever builds a page or judges one. In the demo alone."""

import segno
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

_FRAMES = {"desk": "admin/base_site.html", "members": "portal/base.html"}
_SCHEMES = ("light", "dark")
_TIERS = ("plain", "bronze", "silver", "gold", "platinum")
# A cohort that loses a tenth of its members each month: one cell of each tint.
_TINTS = range(10, -1, -1)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the components on the page that `at` names, in the scheme asked for or the reader's."""
    if not settings.DEMO:
        raise Http404
    at, scheme = request.GET.get("at", "desk"), request.GET.get("scheme", "")
    told = {
        "title": _("The look"),
        "frame": _FRAMES.get(at, _FRAMES["desk"]),
        "at": at if at in _FRAMES else "desk",
        "scheme": scheme if scheme in _SCHEMES else "",
        "qr": _draw("7K4M92QX"),
        "tiers": _TIERS,
        "tints": _TINTS,
        "series": range(1, 7),
    }
    return TemplateResponse(request, "desk/look.html", admin.site.each_context(request) | told)


def _draw(code: str) -> SafeString:
    drawn = segno.make(code, error="m").svg_inline(omitsize=True, border=0)
    return mark_safe(drawn)  # noqa: S308 (drawn here, from a code of ours)
