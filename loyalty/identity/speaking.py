"""Pages speak the language of whoever reads them."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class LanguageOfReader(LocaleMiddleware):
    """Middleware: the signed-in reader's language, else the cookie's, else the browser's.

    It stands after authentication. Who has no session costs no question to the database.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or _is_program(request):
            return
        if request.user.is_authenticated:
            language = request.user.language
            if language in dict(settings.LANGUAGES):
                translation.activate(language)
                request.LANGUAGE_CODE = language


def _is_program(request: HttpRequest) -> bool:
    """Tills say what they speak in each request, and never have a session."""
    return request.path.startswith(("/api/", "/health/"))
