"""What members answered to surveys: figures for who reads measures, words for who sees people."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics import listening
from analytics.models import SurveyKind
from loyalty.desk import answers, seeing
from loyalty.desk.answers import Filters
from loyalty.desk.guarding import needs
from loyalty.desk.measures import filing
from loyalty.desk.measures.reading import Reading
from loyalty.desk.views import measures

READS_WORDS = "analytics.view_answer"


@require_safe
@needs(measures.MAY_READ)
def show(request: HttpRequest) -> HttpResponse:
    """Show the answers of a period and a cut, by store and tier and one by one.

    Who sees no people reads scores alone: no comment, no member, and nothing to search.
    """

    def tell(read: Reading) -> Mapping[str, Any] | HttpResponse:
        if "csv" not in request.GET:
            return _tell(request, read)
        kind = answers.read_filters(_asked(request, reads_words=False)).kind
        boards = answers.get_boards(scope=read.scope, kind=kind, tiers=answers.get_tiers())
        text = answers.write_boards(boards, kind=kind)
        return filing.as_file(text, name=f"answers-{kind.value.lower()}", read=read)

    return measures.answer(request, "desk/answers.html", tell, title=_("Survey answers"))


def _tell(request: HttpRequest, read: Reading) -> Mapping[str, Any]:
    reads_words = request.user.has_perm(READS_WORDS)
    filters = answers.read_filters(_asked(request, reads_words=reads_words))
    rows = listening.answers_in(read.scope, filters.kind)
    if reads_words:
        rows = seeing.rows_for(request, rows)
    tiers = answers.get_tiers()
    page = answers.get_page(rows=rows, filters=filters, tiers=tiers)
    boards = answers.get_boards(scope=read.scope, kind=filters.kind, tiers=tiers)
    return {
        "is_unasked": not any(one.lines for one in boards) and not answers.is_asked(filters.kind),
        "here": "listening",
        "filters": filters,
        "kinds": _kinds(read, filters),
        "boards": boards,
        "page": page,
        "older": f"?{_query(read, filters)}&before={page.older}" if page.older else "",
        "reads_words": reads_words,
        "sees_members": request.user.has_perm("members.view_member"),
        "sees_cases": request.user.has_perm("members.view_case"),
        "least": read.scope.least_answers,
    }


def _asked(request: HttpRequest, *, reads_words: bool) -> dict[str, str]:
    asked = {str(name): str(value) for name, value in request.GET.dict().items()}
    return asked if reads_words else asked | {"q": ""}


def _kinds(read: Reading, filters: Filters) -> list[tuple[str, str, bool]]:
    """Each kind of question: its name, its address, whether it is this one."""
    return [
        (
            capfirst(str(kind.label)),
            f"?{read.picked.query}&answers={kind.value}",
            kind == filters.kind,
        )
        for kind in SurveyKind
    ]


def _query(read: Reading, filters: Filters) -> str:
    told: dict[str, Any] = {"answers": filters.kind.value, "score": filters.score}
    told |= {"q": filters.text}
    kept = {name: value for name, value in told.items() if value not in {None, ""}}
    return f"{read.picked.query}&{urlencode(kept)}"
