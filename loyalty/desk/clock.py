"""Staff read and type moments in the programme's time zone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from loyalty.programmes import books


class ProgrammeTime:
    """Middleware: at the desk, moments are those of the shops' clocks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(f"/{settings.DESK_PATH}"):
            return self.get_response(request)
        try:
            zone = books.get_zone()
        except books.ProgrammeMissing:
            return self.get_response(request)
        with timezone.override(zone):
            return self.get_response(request)
