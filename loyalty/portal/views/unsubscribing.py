from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from loyalty.mailing import unsubscribing
from loyalty.programmes import books


# The link is what allows it: post offices press the button without a cookie (RFC 8058).
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask with a button, which scanners of e-mails do not press; a POST withdraws at once.

    No sign-in, and no redirect after the POST: whoever sends it for the reader follows none."""
    way = unsubscribing.get_way_out(token=token)
    if way is None:
        raise Http404
    if request.method == "POST":
        unsubscribing.unsubscribe(way=way, at=timezone.now())
    shown = {
        "name": books.get_book().name,
        "is_subscribed": unsubscribing.is_subscribed(way=way),
        "is_of_surveys": way.is_of_surveys,
    }
    return render(request, "portal/unsubscribe.html", shown)
