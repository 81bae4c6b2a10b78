"""Rows of the audit's sources in words: who, what, about what, before and after, from where."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyalty.desk import people
from loyalty.desk.audit import differences
from loyalty.desk.audit.differences import Difference, Names
from loyalty.desk.audit.sources import Source, moment_of
from loyalty.identity.models import Approval, ApprovalKind, ApprovalState, SignIn
from loyalty.templatetags import look
from members.models import Adjustment, Card, Export, ImportFile, Member
from rewards.models import Redemption

Found = tuple[Source, Any]
Befores = Mapping[tuple[type[Model], int], Any]


@dataclass(frozen=True)
class Event:
    """One thing that somebody did."""

    at: datetime
    who: str
    what: str
    kind: str
    about: str
    url: str
    address: str
    differences: tuple[Difference, ...] = ()


def tell(found: Sequence[Found]) -> list[Event]:
    """Return rows as events, in their order. A statement or two for each source and table."""
    histories = [(source, row) for source, row in found if source.history_of]
    befores = _befores(histories)
    names = differences.get_names(rows=[*(row for _s, row in histories), *befores.values()])
    actors = people.get_names(actors=_actors(found))
    subjects = _subjects(found)
    return [
        _of_history(source, row, befores=befores, names=names)
        if source.history_of
        else _of_deed(source, row, actors=actors, subjects=subjects)
        for source, row in found
    ]


def _befores(histories: Iterable[Found]) -> Befores:
    """Return the version before each change: one statement for each table."""
    wanted: dict[type[Model], list[int]] = defaultdict(list)
    for _source, row in histories:
        if row.before_id:
            wanted[type(row)].append(row.before_id)
    return {
        (model, row.pk): row
        for model, keys in wanted.items()
        for row in model._default_manager.filter(pk__in=keys)
    }


def _of_history(source: Source, row: Any, *, befores: Befores, names: Names) -> Event:
    before = befores.get((type(row), row.before_id))
    return Event(
        at=moment_of(source, row),
        who=people.called(row.history_user),
        what=differences.what_of(row),
        kind=str(source.title),
        about=differences.called(row, names=names),
        url="" if row.history_type == "-" else _url(source.history_of, row.id),
        address=getattr(row, "address", None) or "",
        differences=differences.between(before, row, names=names),
    )


def _actors(found: Iterable[Found]) -> set[str]:
    return {row.cancelled_by for _source, row in found if isinstance(row, Redemption)}


def _subjects(found: Iterable[Found]) -> Mapping[str, str]:
    """Return what members and files that approvals are about are called: a statement for each."""
    rows = [row for _source, row in found if isinstance(row, Approval)]
    files = {row.subject for row in rows if row.kind == ApprovalKind.IMPORT}
    members = {row.subject for row in rows} - files
    names: dict[str, str] = {}
    if files:
        kept = ImportFile.objects.filter(public_id__in=files)
        names |= dict(kept.values_list("public_id", "title"))
    if members:
        asked = list(Member.objects.filter(public_id__in=members))
        numbers = _numbers([member for member in asked if str(member) == member.public_id])
        names |= {member.public_id: numbers.get(member.pk, str(member)) for member in asked}
    return names


def _numbers(nameless: Sequence[Member]) -> Mapping[int, str]:
    """Return by what staff find those who told no name: the number of their last card."""
    if not nameless:
        return {}
    cards = Card.objects.filter(member__in=nameless).order_by("issued_at", "pk")
    return dict(cards.values_list("member_id", "number"))


def _of_deed(
    source: Source, row: Any, *, actors: Mapping[str, str], subjects: Mapping[str, str]
) -> Event:
    who, what, about, url, address = _deed(source, row, actors)
    about = subjects.get(about, about) if isinstance(row, Approval) else about
    changed = differences.of_log(row) if isinstance(row, LogEntry) else ()
    moment = moment_of(source, row)
    return Event(moment, who, what, str(source.title), about, url, address, changed)


def _deed(source: Source, row: Any, actors: Mapping[str, str]) -> tuple[str, str, str, str, str]:
    match row:
        case SignIn():
            return people.called(row.user), _came(row), "", "", row.address or ""
        case LogEntry():
            about = f"{row.content_type or ''} {row.object_repr}".strip()
            what = row.get_change_message() or row.get_action_flag_display()
            return people.called(row.user), what, about, row.get_admin_url() or "", ""
        case Adjustment():
            what = f"{look.signed(row.points)} · {row.get_reason_display()}{_agreed(row)}"
            url = _url(Adjustment, row.pk)
            return people.called(row.requested_by), what, str(row.member), url, ""
        case Approval() | Export() | ImportFile():
            return _approval(source, row) if isinstance(row, Approval) else _file(row)
        case _:
            why = f" · {row.get_cancel_reason_display()}" if row.cancel_reason else ""
            what = f"{row.reward.name} · {look.points(row.points)}{why}"
            url = _url(Redemption, row.pk)
            return actors.get(row.cancelled_by, ""), what, str(row.member), url, ""


def _came(row: SignIn) -> str:
    """Say how somebody came in, or what was wrong with what they showed."""
    if not row.is_refused:
        return _("signed in")
    words = {
        "password": _("refused: wrong password"),
        "mfa": _("refused: wrong second factor"),
        "again": _("refused: wrong password or code, asked again"),
    }
    return words.get(row.how, pgettext("sign-in", "refused"))


def _agreed(row: Adjustment) -> str:
    """Say who else let points move, where somebody had to."""
    approval = row.approval
    if approval is None or approval.state != ApprovalState.APPROVED:
        return ""
    return " · " + _("approved by %(who)s") % {"who": people.called(approval.decided_by)}


def _approval(source: Source, row: Approval) -> tuple[str, str, str, str, str]:
    is_asked = source.code == "approval-asked"
    who = people.called(row.requested_by if is_asked else row.decided_by)
    what = row.get_kind_display() if is_asked else row.get_state_display()
    return who, what, row.subject, _url(Approval, row.pk), ""


def _url(model: type[Model] | None, key: Any) -> str:
    if model is None:
        return ""
    try:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""


def _file(row: Export | ImportFile) -> tuple[str, str, str, str, str]:
    """Tell of a list that was taken away, or of a file that was brought."""
    if isinstance(row, ImportFile):
        url = reverse("admin:import", args=[row.public_id])
        what = f"{row.kind} · {row.get_state_display()}"
        return people.called(row.uploaded_by), what, row.title, url, row.address or ""
    asked = [row.file_format, *(f"{name}={said}" for name, said in row.filters.items())]
    rows = _("rows: %(rows)d") % {"rows": row.rows} if row.rows is not None else _("not finished")
    what = f"{', '.join(asked)} · {rows}"
    return people.called(row.taken_by), what, row.kind, _url(Export, row.pk), row.address or ""
