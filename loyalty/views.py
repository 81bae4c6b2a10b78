"""Small things that browsers and search engines ask of any site."""

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read the front page and leave the desk and the API alone."""
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /api/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


class Favicon(RedirectView):
    """Browsers that ask for /favicon.ico get the mark."""

    def get_redirect_url(self, *args: object, **kwargs: object) -> str:
        return static("loyalty/mark.svg")
