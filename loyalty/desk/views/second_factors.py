"""Staff set up what they show beside their password."""

from typing import cast

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from loyalty.core import digits
from loyalty.core.refusals import Refusal
from loyalty.desk.entrance import doorkeeper
from loyalty.desk.entrance.forms import FactorForm, KeyForm
from loyalty.desk.guarding import asks_again, for_staff
from loyalty.identity import second_factors, sessions
from loyalty.identity.models import User

_SECRET, _FRESH = "totp_secret", "fresh_recovery_codes"


@never_cache
@for_staff
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what somebody has set up, and what they can."""
    factors = second_factors.get_factors(user=_user(request))
    return _page(request, "desk/mfa.html", factors=factors)


@never_cache
@for_staff
@asks_again
def totp(request: HttpRequest) -> HttpResponse:
    """Show a key to scan, and keep it once a code proves that it was scanned."""
    user, form = _user(request), FactorForm(request.POST or None)
    secret = request.session.setdefault(_SECRET, generate_totp_secret())
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            codes = second_factors.add_totp(
                user=user, secret=secret, code=form.cleaned_data["code"], at=timezone.now()
            )
        except Refusal as error:
            refusal = error
        else:
            del request.session[_SECRET]
            return _added(request, codes)
    url = get_adapter().build_totp_url(user, secret)
    drawn = segno.make(url, error="m").svg_inline(scale=5, border=2, omitsize=True)
    return _page(
        request,
        "desk/mfa_totp.html",
        form=form,
        refusal=refusal,
        qr=mark_safe(drawn),  # noqa: S308 (drawn by us from a key of ours)
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    )


@never_cache
@for_staff
@asks_again
def key(request: HttpRequest) -> HttpResponse:
    """Register a passkey of this device, or of a phone or a key."""
    user, form = _user(request), KeyForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"] or _("Passkey")
        try:
            codes = second_factors.add_key(
                user=user, name=name, credential=form.cleaned_data["credential"]
            )
        except Refusal as error:
            refusal = error
        else:
            return _added(request, codes)
    options = second_factors.invite_key(user=user)
    return _page(request, "desk/mfa_key.html", form=form, refusal=refusal, options=options)


@never_cache
@for_staff
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """Show new recovery codes, once."""
    fresh = request.session.pop(_FRESH, None)
    if not fresh:
        return redirect("admin:mfa")
    return _page(request, "desk/mfa_codes.html", codes=fresh)


@for_staff
@asks_again
@require_POST
def renew_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes, in place of the old ones."""
    if second_factors.has_one(user=_user(request)):
        request.session[_FRESH] = second_factors.renew_recovery_codes(user=_user(request))
    return redirect("admin:mfa_codes")


@for_staff
@asks_again
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Forget a passkey, or the authenticator where no key is named."""
    said = request.POST.get("key", "")
    pk = digits.read(said)
    if said and pk is None:
        raise BadRequest
    second_factors.remove(user=_user(request), pk=pk)
    messages.success(request, _("It opens the desk no more."))
    return redirect("admin:mfa")


def _added(request: HttpRequest, recovery: list[str]) -> HttpResponse:
    sessions.rise(request, at=timezone.now())
    messages.success(request, _("Your second factor is set up."))
    if recovery:
        request.session[_FRESH] = recovery
        return redirect("admin:mfa_codes")
    return redirect("admin:mfa")


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _page(request: HttpRequest, template: str, **shown: object) -> HttpResponse:
    refusal = shown.get("refusal")
    context = {
        **admin.site.each_context(request),
        "is_required": doorkeeper.owes_second_factor(request),
        **shown,
    }
    status = refusal.status if isinstance(refusal, Refusal) else 200
    return render(request, template, context, status=status)
