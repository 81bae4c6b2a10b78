"""Members join, sign in by an e-mailed code, and sign out."""

from collections.abc import Sequence

import structlog
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from loyalty.core import requests
from loyalty.core.refusals import Refusal
from loyalty.identity import codes, sessions
from loyalty.identity.codes import TooManyCodes, Verdict
from loyalty.identity.models import EmailedCode
from loyalty.identity.sessions import Entry
from loyalty.portal import guarding, wording
from loyalty.portal.entrance import arriving, recognising, trying
from loyalty.portal.entrance.arriving import Arrival
from loyalty.portal.entrance.forms import AddressForm, CodeForm, JoinForm
from loyalty.portal.wording import Earning
from loyalty.programmes import books
from loyalty.programmes.terms import Event
from members import signing_in
from members.identifying import IdentifierTaken
from members.referring import ReferralRefused

_log = structlog.get_logger(__name__)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for an address and let a code be sent, if it is a member's; the answer never says."""
    next_url = requests.safe_next(request)
    if request.method != "POST" and guarding.get_member(request):
        return redirect(next_url or "portal:card")
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _ask(request, address=form.cleaned_data["email"], next_url=next_url)
        except TooManyCodes as refusal:
            form.add_error("email", str(refusal.detail))
    return _page(request, "portal/login.html", form, next=next_url)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask who somebody is, and for a proof of their address before they are a member."""
    if request.method != "POST" and guarding.get_member(request):
        return redirect("portal:card")
    proved = arriving.get_code(request)
    if request.method != "POST" and proved and proved.proved_at and proved.answers:
        return _page(request, "portal/join.html", _refused(proved))
    brought = {"referral_code": request.GET.get("code", "")[:40]}
    form = JoinForm(request.POST if request.method == "POST" else None, initial=brought)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["email"]
        try:
            if proved and proved.proved_at and proved.address == address:
                return _try_again(request, proved, form)
            return _ask(request, address=address, form=form)
        except TooManyCodes as refusal:
            form.add_error("email", str(refusal.detail))
    return _page(request, "portal/join.html", form)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def login_code(request: HttpRequest) -> HttpResponse:
    """Take the code that was sent, or send another. Looking at the page uses nothing up."""
    code = arriving.get_code(request)
    if code is None or code.proved_at:
        return redirect("portal:login")
    form = CodeForm()
    try:
        if request.method == "POST" and "again" in request.POST:
            codes.resend(public_id=code.public_id, at=timezone.now())
            arriving.hurry()
            messages.info(
                request, _("Another code is on its way. The one before is good no more.")
            )
            return redirect("portal:login_code")
        if request.method == "POST":
            form = CodeForm(request.POST)
            if form.is_valid() and (answer := _enter(request, code, form)):
                return answer
    except TooManyCodes as refusal:
        form = CodeForm({})
        form.add_error("code", str(refusal.detail))
    context = {"code": code, "is_joining": code.answers is not None}
    return _page(request, "portal/login_code.html", form, **context)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session, of whoever it is."""
    auth.logout(request)
    messages.info(request, _("You are signed out."))
    return redirect("portal:home")


def _ask(
    request: HttpRequest, *, address: str, next_url: str = "", form: JoinForm | None = None
) -> HttpResponse:
    language = form.cleaned_data["language"] if form else (get_language() or "fr")[:2]
    code = codes.ask(
        address=address,
        origin=requests.get_ip(request),
        browser=recognising.get_name(request, address=address),
        language=language,
        answers=form.answers if form else None,
        at=timezone.now(),
    )
    arriving.hurry()
    arriving.keep(request, code=code, next_url=next_url)
    return redirect("portal:login_code")


def _enter(request: HttpRequest, code: EmailedCode, form: CodeForm) -> HttpResponse | None:
    """Return where a right code leads, or say on the form what was wrong with it."""
    tried = codes.enter(
        public_id=code.public_id, digits=form.cleaned_data["code"], at=timezone.now()
    )
    if tried.verdict is Verdict.RIGHT:
        return _arrive(request, tried.code)
    _log.warning("member.code_refused", code=code.public_id, why=tried.verdict.value)
    if tried.verdict is Verdict.SPENT or (tried.verdict is Verdict.WRONG and not tried.left):
        arriving.forget(request)
        messages.error(request, _("Five codes were wrong. Ask for a new one to go on."))
        return redirect("portal:login")
    form.add_error("code", trying.why(tried))
    return None


def _arrive(request: HttpRequest, code: EmailedCode) -> HttpResponse:
    at = timezone.now()
    try:
        arrival = arriving.arrive(code=code, at=at)
    except (IdentifierTaken, ReferralRefused):
        return redirect("portal:join")
    if arrival is None:
        # Nobody was sent this code: guessing it is worth nothing.
        arriving.forget(request)
        messages.error(request, _("This code is not right."))
        return redirect("portal:login")
    next_url = arriving.get_next(request)
    sessions.enter(request, user=arrival.user, how=Entry.CODE, at=at)
    signing_in.note(member=arrival.member, at=at)
    arriving.forget(request)
    _log.info("member.signed_in", member=arrival.member.public_id, is_new=arrival.is_new)
    with translation.override(arrival.user.language):
        _greet(request, arrival, code)
    # Who has left finds nothing else.
    home = "portal:privacy" if arrival.is_former else next_url or "portal:card"
    response = redirect(home)
    recognising.remember(request, response, address=code.address)
    return response


def _greet(request: HttpRequest, arrival: Arrival, code: EmailedCode) -> None:
    """Say welcome to who is new, and to who is not that a friend's code changes nothing."""
    if arrival.is_new:
        welcome = _("Welcome. Your card is ready: show it with your next purchase.")
        messages.success(request, welcome)
    elif (code.answers or {}).get("referral_code"):
        known = _("You are a member already: a friend’s referral code is for those who join.")
        messages.info(request, known)


def _refused(code: EmailedCode) -> JoinForm:
    """Return the form of somebody whose address is proved, with what another member has."""
    form = JoinForm(code.answers)
    try:
        trying.check(code, at=timezone.now())
    except Refusal as refusal:
        form.full_clean()
        form.tell(refusal)
    return form


def _try_again(request: HttpRequest, code: EmailedCode, form: JoinForm) -> HttpResponse:
    """Enrol somebody whose address is proved already, a few times at most."""
    changed = codes.change_answers(public_id=code.public_id, answers=form.answers)
    if changed is None:
        arriving.forget(request)
        raise TooManyCodes
    return _arrive(request, changed)


def _gifts(request: HttpRequest) -> Sequence[Earning]:
    """Return what a friend's code gives who comes by its link, whether or not it is one."""
    if not request.GET.get("code"):
        return []
    return wording.of_event(event=Event.REFERRED, book=books.get_book(), at=timezone.now())


def _page(
    request: HttpRequest, template: str, form: AddressForm | CodeForm | JoinForm, **shown: object
) -> HttpResponse:
    heading = trying.get_heading()
    context = {
        **shown,
        "form": form,
        "demo": trying.get_demo(),
        "programme": heading.programme,
        "has_referrals": heading.has_referrals,
        "gifts": _gifts(request) if heading.has_referrals else [],
    }
    return render(request, template, context, status=422 if form.errors else 200)
