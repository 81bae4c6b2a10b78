"""Pictures, served by the application itself: no folder to share, and nothing to guess."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from rewards import picturing
from rewards.models import Picture

_A_YEAR = 31_536_000


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a picture as what it is. It never changes, so that browsers keep it for a year."""
    content = Picture.objects.filter(pk=name).values_list("content", flat=True).first()
    if content is None:
        raise Http404
    return HttpResponse(
        bytes(content),
        content_type=picturing.CONTENT_TYPE,
        headers={
            "Cache-Control": f"public, max-age={_A_YEAR}, immutable",
            "Content-Disposition": "inline",
        },
    )
