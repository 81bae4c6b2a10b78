from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from loyalty.core import requests
from loyalty.core.refusals import Refusal
from loyalty.identity.codes import Verdict
from loyalty.identity.models import EmailedCode, User
from loyalty.portal import profile
from loyalty.portal.entrance import arriving
from loyalty.portal.guarding import MemberRequest, for_members
from loyalty.portal.profile import CodeForm, ProfileForm
from members import contacting, correcting
from members.contacting import Wanted
from members.identifying import IdentifierTaken

_CODE = "contact_code"


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: MemberRequest) -> HttpResponse:
    """Show who the member is, and write what they change."""
    member = request.member
    form = ProfileForm(request.POST or None, member=member, initial=profile.filled(member))
    if request.method == "POST" and form.is_valid():
        correcting.correct(
            member=member,
            identity=form.identity(member),
            at=timezone.now(),
            actor=member.public_id,
        )
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your details are saved."))
        return redirect("portal:profile")
    told = {"form": form, "profile": profile.get_profile(member=member)}
    return render(request, "portal/profile.html", told)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: MemberRequest, kind: str) -> HttpResponse:
    """Ask for a new e-mail or phone, and send the code that confirms it."""
    form = profile.FORMS[kind](request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            code = contacting.ask(
                member=request.member,
                kind=kind,
                value=form.cleaned_data["value"],
                language=translation.get_language() or "fr",
                origin=requests.get_ip(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            wrong = refusal.errors[0].detail if refusal.errors else refusal.detail
            form.add_error("value", str(wrong))
        else:
            request.session[_CODE] = code.public_id
            arriving.hurry()
            return redirect("portal:contact_code")
    told = {"form": form, "kind": kind, "profile": profile.get_profile(member=request.member)}
    return render(request, "portal/contact.html", told)


@for_members
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def contact_code(request: MemberRequest) -> HttpResponse:
    """Take the code, in the browser in which it was asked for."""
    code_id = request.session.get(_CODE, "")
    wanted = contacting.get_wanted(member=request.member, code_id=code_id)
    if wanted is None:
        request.session.pop(_CODE, None)
        messages.error(request, _("There is no code to type any more. Ask for a new one."))
        return redirect("portal:profile")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _confirm(request, form, code_id, wanted):
        request.session.pop(_CODE, None)
        return redirect("portal:profile")
    told = {"form": form, "wanted": wanted, "minutes": profile.MINUTES}
    return render(request, "portal/contact_code.html", told)


def _confirm(request: MemberRequest, form: CodeForm, code_id: str, wanted: Wanted) -> bool:
    """Try a code; say whether nothing more is to be typed."""
    try:
        tried = contacting.confirm(
            member=request.member,
            code_id=code_id,
            digits=form.cleaned_data["code"],
            at=timezone.now(),
        )
    except (IdentifierTaken, EmailedCode.DoesNotExist):
        messages.error(request, _("Nothing was changed. Ask at the till if you need help."))
        return True
    if tried.verdict is not Verdict.RIGHT:
        form.tell_wrong(left=tried.left if tried.verdict is Verdict.WRONG else 0)
        return False
    _stay(request)
    changed = _("Your e-mail address is changed.") if wanted.kind == contacting.EMAIL else (
        _("Your phone number is changed.") if wanted.value else _("Your phone number is removed.")
    )  # fmt: skip
    messages.success(request, changed)
    return True


def _stay(request: MemberRequest) -> None:
    """Keep this browser signed in; every other one has been signed out."""
    user = cast("User", request.user)
    user.refresh_from_db()
    update_session_auth_hash(request, user)
