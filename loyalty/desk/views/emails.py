"""The e-mails that members receive, looked at before anybody does."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty.desk.guarding import needs
from loyalty.mailing import rendering, samples
from loyalty.mailing.samples import Sample
from loyalty.programmes import books

_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Shown:
    """One e-mail of the list, and its subject in each language."""

    sample: Sample
    subjects: list[tuple[str, str, str]]


@require_safe
@needs("programmes.change_programme")
def show(request: HttpRequest) -> HttpResponse:
    """List every e-mail with its subjects."""
    told = {"title": _("E-mails to members"), "emails": list(_emails())}
    return TemplateResponse(request, "desk/emails.html", admin.site.each_context(request) | told)


@require_safe
@needs("programmes.change_programme")
def email(request: HttpRequest, template: str, language: str) -> HttpResponse:
    """Show one e-mail as it looks, or its text (`?as=text`), with made-up figures."""
    found = [one for one in samples.get_samples() if one.template == template]
    if not found or language not in dict(settings.LANGUAGES):
        raise Http404
    letter = samples.get_letter(
        sample=found[0], language=language, book=books.get_book(), at=timezone.now()
    )
    if request.GET.get("as") == "text":
        return HttpResponse(rendering.render(letter=letter).text, content_type=_TEXT)
    nonce = str(getattr(request, "csp_nonce", ""))
    return HttpResponse(rendering.render_page(letter=letter, nonce=nonce))


def _emails() -> Iterator[Shown]:
    book, at = books.get_book(), timezone.now()
    for sample in samples.get_samples():
        letters = [
            (code, name, samples.get_letter(sample=sample, language=code, book=book, at=at))
            for code, name in settings.LANGUAGES
        ]
        yield Shown(
            sample,
            [(code, name, rendering.get_subject(letter=one)) for code, name, one in letters],
        )
