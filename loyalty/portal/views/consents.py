from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.portal import consents
from loyalty.portal.guarding import MemberRequest, for_members
from members import consent_texts, consenting
from members.consenting import Said


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: MemberRequest) -> HttpResponse:
    """Show each consent with its history, and take one answer at a time."""
    if request.method == "POST":
        return _answer(request)
    told = {"questions": consents.get_questions(member=request.member)}
    return render(request, "portal/consents.html", told)


def _answer(request: MemberRequest) -> HttpResponse:
    sent = request.POST
    pair = consents.read_pair(channel=sent.get("channel", ""), purpose=sent.get("purpose", ""))
    if pair is None or sent.get("given") not in {"yes", "no"}:
        raise BadRequest
    if sent["given"] == "yes":
        _agree(request, *pair)
    else:
        _withdraw(request, *pair)
    return redirect(f"{reverse('portal:consents')}#{'-'.join(pair).lower()}")


def _agree(request: MemberRequest, channel: str, purpose: str) -> None:
    text = consent_texts.current(channel=channel, purpose=purpose)
    # What was read is what is agreed to: a page left open since shows the words of then.
    if text is None or request.POST.get("version") != text.version:
        messages.error(request, _("The text has changed meanwhile. Read it and answer again."))
        return
    said = Said(
        channel=channel,
        purpose=purpose,
        is_given=True,
        text_version=text.version,
        where=consents.HERE,
    )
    member = request.member
    consenting.say(member=member, said=said, at=timezone.now(), actor=member.public_id)
    messages.success(request, _("Thank you. Your agreement is noted."))


def _withdraw(request: MemberRequest, channel: str, purpose: str) -> None:
    member = request.member
    is_open = (channel, purpose) in consent_texts.UNLESS_OBJECTED
    say_no = consenting.object_to if is_open else consenting.withdraw
    say_no(
        member=member,
        channel=channel,
        purpose=purpose,
        at=timezone.now(),
        where=consents.HERE,
        actor=member.public_id,
    )
    if is_open:
        messages.success(request, _("Done: you will be asked nothing more by e-mail."))
        return
    messages.success(request, _("Done: your agreement is withdrawn, from this moment on."))
