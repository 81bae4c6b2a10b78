from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loyalty.portal.entrance import trying


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say under the programme's name that there is no such page. One statement."""
    return _say(request, 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say under the programme's name that the page is for others. One statement."""
    return _say(request, 403)


def _say(request: HttpRequest, status: int) -> HttpResponse:
    """Show the page of an error, with the way back to where its reader was: desk or front page."""
    is_desk = request.path.startswith(f"/{settings.DESK_PATH}")
    told = {"programme": trying.get_programme(), "is_desk": is_desk}
    return render(request, f"{status}.html", told, status=status)
