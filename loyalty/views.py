"""Small things that any site is asked: by its readers, browsers and search engines."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView
from django.views.i18n import set_language

from members import speaking


def speak(request: HttpRequest) -> HttpResponse:
    """Speak the language that the reader chose, wherever they sign in from now on."""
    chosen = request.POST.get("language", "")
    if (
        request.method == "POST"
        and request.user.is_authenticated
        and chosen in dict(settings.LANGUAGES)
    ):
        speaking.prefer(user=request.user, language=chosen, at=timezone.now())
    return set_language(request)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read the front page and leave the desk and the API alone."""
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /api/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


class Favicon(RedirectView):
    """Browsers that ask for /favicon.ico get the mark."""

    def get_redirect_url(self, *args: object, **kwargs: object) -> str:
        return static("loyalty/mark.svg")
