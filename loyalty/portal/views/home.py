from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from loyalty.portal import welcome
from loyalty.programmes.books import ProgrammeMissing


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what the programme gives, or that it opens soon."""
    try:
        shown = welcome.get_welcome(at=timezone.now())
    except ProgrammeMissing:
        return render(request, "portal/soon.html")
    is_member = request.user.is_authenticated and not request.user.is_staff
    return render(request, "portal/home.html", {"welcome": shown, "is_member": is_member})
