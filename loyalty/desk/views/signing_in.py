"""Staff enter the desk: a password, then a second factor; and show again who they are."""

from typing import Any, cast

import structlog
from django.contrib import admin, auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from loyalty.core.refusals import Refusal
from loyalty.desk import demo
from loyalty.desk.entrance import doorkeeper, waiting
from loyalty.desk.entrance.forms import AgainForm, FactorForm, KeyForm, StaffForm
from loyalty.desk.guarding import for_staff
from loyalty.identity import second_factors, sessions
from loyalty.identity.models import User
from loyalty.identity.sessions import Entry

_log = structlog.get_logger(__name__)


@never_cache
@csrf_protect
@sensitive_post_parameters("password")
def login(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Ask for address and password; whoever has a second factor is asked for it next."""
    if request.method == "GET" and doorkeeper.may_enter(request):
        return redirect(doorkeeper.safe_next(request))
    form = StaffForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _admit(request, form.get_user())
    if form.errors:
        _note_refusal(request)
    shown = {"form": form, "next": doorkeeper.safe_next(request), "demo": demo.get_keys()}
    return render(request, "admin/login.html", {**context, **shown})


@never_cache
@sensitive_post_parameters("code")
def enter_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of whoever showed their password in this browser."""
    at = timezone.now()
    user = waiting.get_user(request, at=at)
    if user is None or not second_factors.has_one(user=user):
        return redirect("admin:login")
    form, key = FactorForm(request.POST or None), KeyForm(request.POST or None)
    try:
        if request.method == "POST" and _has_shown(user, form, key):
            sessions.enter(request, user=user, how=Entry.SECOND_FACTOR, at=at)
            _log.info("staff.signed_in", user=user.pk, how=Entry.SECOND_FACTOR.value)
            return redirect(waiting.finish(request) or "admin:index")
    except Refusal as refusal:
        sessions.refuse(user=user, how=Entry.SECOND_FACTOR.value, at=at)
        return _ask_factor(request, user, form, refusal)
    return _ask_factor(request, user, form)


@never_cache
@for_staff
@sensitive_post_parameters("password", "code")
def again(request: HttpRequest) -> HttpResponse:
    """Ask somebody who is signed in to show who they are, before something dangerous."""
    user = cast("User", request.user)
    form = AgainForm(request.POST or None)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _check_again(request, user, form)
        except Refusal as error:
            sessions.refuse(user=user, how=sessions.AGAIN, at=timezone.now())
            refusal = error
        else:
            sessions.prove(request, at=timezone.now())
            return redirect(doorkeeper.safe_next(request))
    context = {
        **admin.site.each_context(request),
        "form": form,
        "refusal": refusal,
        "next": doorkeeper.safe_next(request),
        "has_factor": second_factors.has_one(user=user),
    }
    return render(request, "desk/again.html", context, status=refusal.status if refusal else 200)


def _admit(request: HttpRequest, user: User) -> HttpResponse:
    at, next_url = timezone.now(), doorkeeper.safe_next(request)
    if second_factors.has_one(user=user):
        waiting.start(request, user=user, next_url=next_url, at=at)
        return redirect("admin:mfa_enter")
    sessions.enter(request, user=user, how=Entry.PASSWORD, at=at)
    _log.info("staff.signed_in", user=user.pk, how=Entry.PASSWORD.value)
    return redirect(next_url)


def _note_refusal(request: HttpRequest) -> None:
    """Log whose sign-in was refused, by id; keep it where they are staff."""
    typed = request.POST.get("username", "").strip().lower()
    user = User.objects.filter(email=typed).first()
    if user is not None:
        sessions.refuse(user=user, how=Entry.PASSWORD.value, at=timezone.now())
    _log.warning("staff.sign_in_refused", user=user.pk if user else None)


def _has_shown(user: User, form: FactorForm, key: KeyForm) -> bool:
    if key.is_valid():
        credential = key.cleaned_data["credential"]
        second_factors.check_key(user=user, credential=credential, at=timezone.now())
        return True
    if not form.is_valid():
        return False
    second_factors.check_code(user=user, code=form.cleaned_data["code"], at=timezone.now())
    return True


def _ask_factor(
    request: HttpRequest, user: User, form: FactorForm, refusal: Refusal | None = None
) -> HttpResponse:
    factors = second_factors.get_factors(user=user)
    context = {
        **admin.site.each_context(request),
        "form": form,
        "refusal": refusal,
        "factors": factors,
        "challenge": second_factors.challenge(user=user) if factors.passkeys else None,
    }
    status = refusal.status if refusal else 200
    return render(request, "desk/mfa_enter.html", context, status=status)


def _check_again(request: HttpRequest, user: User, form: AgainForm) -> None:
    if code := form.cleaned_data["code"]:
        second_factors.check_code(user=user, code=code, at=timezone.now())
        return
    # The backends count wrong passwords here as they do at the door.
    shown = auth.authenticate(request, username=user.email, password=form.cleaned_data["password"])
    if shown is None or shown.pk != user.pk:
        _log.warning("staff.proof_refused", user=user.pk)
        raise second_factors.WrongPassword
