"""The demo's e-mails, shown instead of sent. Outside the demo there is nothing here."""

from collections.abc import Callable
from functools import wraps

from csp.constants import NONE, UNSAFE_INLINE
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty.demo import mailbox as post_office
from loyalty.portal.entrance import trying
from loyalty.programmes import books

View = Callable[..., HttpResponseBase]


def _in_the_demo(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@_in_the_demo
@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show what was sent, newest first, by the shops' clocks."""
    told = {"letters": post_office.get_letters(), "programme": trying.get_programme()}
    with timezone.override(books.get_zone() if told["programme"] else None):
        return render(request, "portal/mailbox.html", told)


@_in_the_demo
@never_cache
@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """Show one e-mail as a reader of e-mails would: on a page of its own that can do nothing."""
    found = post_office.get_letter(name=name)
    if found is None or not found.html:
        raise Http404
    return _alone(HttpResponse(found.html))


def _alone(response: HttpResponse) -> HttpResponse:
    """Give a page whose words are not ours no scripts, no requests and no cookies of ours."""
    policy = {"default-src": [NONE], "style-src": [UNSAFE_INLINE], "sandbox": True}
    response.__dict__["_csp_config"] = policy
    return response
