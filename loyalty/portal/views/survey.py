from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from analytics import answering
from analytics.answering import SurveyClosed
from analytics.models import AnswerPlace, Invitation
from loyalty.portal import survey
from loyalty.portal.guarding import MemberRequest, for_members
from loyalty.programmes import books


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask with the score of the link chosen; a POST keeps the answer. Scanners only look.

    The link is what allows it, and says whose answer it is: nobody signs in. One that was used,
    is over or was made up leads to the same page.
    """
    try:
        asked = answering.get_open(token=token, at=timezone.now())
        # In the language of the letter that brought them here.
        with translation.override(asked.member.language):
            return _ask(request, asked)
    except SurveyClosed:
        told = {"name": books.get_book().name}
        return render(request, "portal/survey_closed.html", told, status=404)


def _ask(request: HttpRequest, asked: Invitation) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = survey.get_form(survey=asked.survey, chosen=request.GET.get("score", ""), sent=sent)
    told = {"name": books.get_book().name, "survey": asked.survey, "form": form}
    if sent is None:
        return render(request, "portal/survey.html", told)
    if not form.is_valid():
        return render(request, "portal/survey.html", told, status=400)
    answering.answer(
        invitation=asked,
        score=form.cleaned_data["score"],
        comment=form.cleaned_data["comment"],
        place=AnswerPlace.LINK,
        at=timezone.now(),
    )
    return render(request, "portal/survey_thanks.html", told)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: MemberRequest) -> HttpResponse:
    """Ask what waits for whoever is signed in, and keep the answer.

    An answer to what was shown before, sent twice for one, answers nothing that waits since.
    """
    asked = survey.get_asked(member=request.member, at=timezone.now())
    if asked is None:
        return redirect("portal:card")
    sent = request.POST if request.method == "POST" else None
    if sent and sent.get("survey", asked.survey.public_id) != asked.survey.public_id:
        messages.error(request, str(SurveyClosed.title))
        return redirect("portal:card")
    form = survey.get_form(survey=asked.survey, chosen=request.GET.get("score", ""), sent=sent)
    told = {"survey": asked.survey, "form": form}
    if sent is None:
        return render(request, "portal/survey_mine.html", told)
    if not form.is_valid():
        return render(request, "portal/survey_mine.html", told, status=400)
    try:
        survey.answer(asked=asked, member=request.member, form=form, at=timezone.now())
    except SurveyClosed as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("Thank you: your answer is noted."))
    return redirect("portal:card")
