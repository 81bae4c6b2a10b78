"""Versions of rules that wait for another person, and what came of them, for the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import translation

from loyalty.desk import people
from loyalty.desk.approvals import Verdict
from loyalty.identity.models import Approval, ApprovalState, User
from loyalty.programmes import books, comparing, naming, releasing, summaries, terms
from loyalty.programmes.comparing import Difference
from loyalty.programmes.models import RuleRequest, RuleVersion
from loyalty.programmes.rulebook import Rulebook

_MOST_WAITING = 100
_DECIDED = 20


@dataclass(frozen=True)
class PublishRequest:
    """One version that waits, or waited: what it says, what it changes, what came of it."""

    id: str
    asked_by: str
    asked_at: datetime
    lapses_at: datetime
    rule: str
    rule_pk: int
    says: Mapping[str, str]
    difference: Difference | None
    most: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    verdict: Verdict
    state: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True)
class Page:
    """What waits, the oldest first, and the last ones decided, the newest first."""

    waiting: Sequence[PublishRequest]
    decided: Sequence[PublishRequest]


def get_page(request: HttpRequest, *, at: datetime) -> Page:
    """Return what the reader may see of it. As many statements for two as for a hundred."""
    user = cast("User", request.user)
    rows, waits = get_rows(user), Approval.objects.waiting(at=at).values("pk")
    waiting = list(rows.filter(approval__in=waits).order_by("approval")[:_MOST_WAITING])
    over = list(rows.exclude(approval__in=waits).order_by("-approval")[:_DECIDED])
    if not (waiting or over):
        return Page((), ())
    book = books.get_book()
    return Page(
        waiting=[_one(row, user=user, at=at, book=book) for row in waiting],
        decided=[_one(row, user=user, at=at, book=book) for row in over],
    )


def get_one(
    request: HttpRequest, *, public_id: str, at: datetime
) -> tuple[Approval, PublishRequest] | None:
    """Return one that the reader may see, or None; absent and foreign are alike."""
    user = cast("User", request.user)
    row = get_rows(user).filter(approval__public_id=public_id).first()
    if row is None:
        return None
    return row.approval, _one(row, user=user, at=at, book=books.get_book())


def get_rows(user: User) -> QuerySet[RuleRequest]:
    """Return requests for rules: all for whoever decides on them, else own."""
    newest = RuleVersion.objects.filter(rule=OuterRef("rule")).order_by("-number")
    rows = RuleRequest.objects.select_related(
        "rule", "approval__requested_by", "approval__decided_by"
    ).annotate(terms_now=Subquery(newest.values("terms")[:1]))
    return rows if releasing.may_decide(user) else rows.filter(approval__requested_by=user)


def _one(row: RuleRequest, *, user: User, at: datetime, book: Rulebook) -> PublishRequest:
    approval, said = row.approval, terms.read(row.terms)
    has_lapsed = approval.state == ApprovalState.WAITING and approval.lapses_at <= at
    return PublishRequest(
        id=approval.public_id,
        asked_by=people.called(approval.requested_by),
        asked_at=approval.requested_at,
        lapses_at=approval.lapses_at,
        rule=str(row.rule),
        rule_pk=row.rule_id,
        says={language: _says(said, book, language) for language in ("fr", "en")},
        difference=_difference(row, said, book),
        most=approval.payload.get("points"),
        starts_at=row.takes_effect_at,
        ends_at=row.ends_at,
        verdict=_verdict(approval, user),
        state=ApprovalState.LAPSED.value if has_lapsed else approval.state,
        decided_by=people.called(approval.decided_by),
        decided_at=approval.decided_at or (approval.lapses_at if has_lapsed else None),
    )


def _says(said: terms.Terms, book: Rulebook, language: str) -> str:
    names = naming.get_names(revision=book.revision, language=language)
    with translation.override(language):
        return summaries.summarise(terms=said, currency=book.currency, names=names)


def _difference(row: RuleRequest, said: terms.Terms, book: Rulebook) -> Difference | None:
    """Return what it changes of what the rule said last; nothing where it said nothing yet."""
    now = getattr(row, "terms_now", None)
    if now is None or row.version_id is not None:
        return None
    language = translation.get_language() or "fr"
    return comparing.compare(
        before=terms.read(now),
        after=said,
        currency=book.currency,
        names=naming.get_names(revision=book.revision, language=language),
    )


def _verdict(approval: Approval, user: User) -> Verdict:
    if approval.requested_by_id == user.pk:
        return Verdict.OWN_REQUEST
    return Verdict.DECIDE if releasing.may_decide(user) else Verdict.LOOK
