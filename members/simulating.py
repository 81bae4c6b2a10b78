"""A draft of a rule tried on what was really bought. Writes nothing but its own report."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.core import zones
from loyalty.core.refusals import Refusal
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.programmes import books, drafting, terms, trying
from loyalty.programmes.models import Simulation, SimulationState
from loyalty.programmes.rulebook import Rulebook
from members import recovering, retracing
from members.models import Purchase, PurchaseLine
from members.replaying import Replay

Clock = Callable[[], datetime]
MOST_MONTHS = 36
# Whoever is silent for so long has died: another may go on.
SILENCE = timedelta(minutes=2)
_CHUNK = 2_000


class NotReady(Refusal):
    code = "simulation-not-ready"
    status = 409
    title = _("This simulation has been started already.")


@transaction.atomic
def start(*, simulation: Simulation, months: int, by: User, at: datetime) -> None:
    """Let a simulation be worked on, over the last months. Once: raises NotReady."""
    permitting.check(user=permitting.lock(user=by), permission=trying.DRAFTS)
    silent = Q(
        state__in=(SimulationState.RUNNING, SimulationState.WAITING), heard_at__lte=at - SILENCE
    )
    free = Q(state__in=(SimulationState.READY, SimulationState.STOPPED)) | silent
    rows = Simulation.objects.filter(free, pk=simulation.pk)
    months = max(1, min(MOST_MONTHS, months))
    if not rows.update(state=SimulationState.WAITING, months=months, heard_at=at, done=0):
        raise NotReady


def is_silent(simulation: Simulation, *, at: datetime) -> bool:
    """Say whether one that is worked on has given no sign of life for too long."""
    is_at_work = simulation.state in (SimulationState.WAITING, SimulationState.RUNNING)
    heard = simulation.heard_at
    return is_at_work and (heard is None or heard <= at - SILENCE)


def give_back(*, simulation: Simulation) -> None:
    """Undo `start` where nobody could be told to work on it."""
    waiting = Simulation.objects.filter(pk=simulation.pk, state=SimulationState.WAITING)
    waiting.update(state=SimulationState.READY)


def run(*, simulation: Simulation, clock: Clock) -> None:
    """Replay the purchases and write the report. Safe to run twice, or late."""
    waiting = Simulation.objects.filter(pk=simulation.pk, state=SimulationState.WAITING)
    if not waiting.update(state=SimulationState.RUNNING, heard_at=clock()):
        return
    simulation.refresh_from_db()
    is_done = False
    try:
        report = _replay(simulation, clock)
        _say(simulation, state=SimulationState.DONE, report=report, ended_at=clock())
        is_done = True
    finally:
        if not is_done:
            _say(simulation, state=SimulationState.STOPPED, heard_at=clock())


def _replay(simulation: Simulation, clock: Clock) -> dict[str, object]:
    book = books.get_book()
    at = clock()
    first = first_day(months=simulation.months, at=at, book=book)
    rows = get_purchases(first=first)
    _say(simulation, steps=rows.count())
    code = simulation.rule.code if simulation.rule else ""
    drafted = get_book(simulation=simulation, book=book)
    recovery = recovering.for_draft(code=code, book=drafted)
    replay = Replay(book=drafted, at=at, draft=code, recovery=recovery)
    for chunk in chunks_of(rows):
        recovery.read([purchase for purchase, _lines in chunk])
        for purchase, lines in chunk:
            replay.take(purchase=purchase, lines=lines)
        _say(simulation, done=replay.purchases, heard_at=clock())
    moves = retracing.retrace(credited=replay.credited, first=first, at=at, book=book)
    return replay.as_json() | {"tiers": moves.as_json(), "unknown": recovery.as_json()}


def get_book(*, simulation: Simulation, book: Rulebook) -> Rulebook:
    """Return the book in which the rule has always said what is tried, whatever its dates."""
    rule = simulation.rule
    if rule is None:
        return book
    known = books.known(rule=rule, book=book)
    if known.campaign:
        known = replace(known, campaign=replace(known.campaign, starts_at=None, ends_at=None))
    said = terms.read(simulation.terms)
    when = replace(said.when, to_day=None)
    if not when.recurrence:
        when = replace(when, from_day=None)
    return drafting.with_draft(book=book, rule=known, terms=replace(said, when=when))


def first_day(*, months: int, at: datetime, book: Rulebook) -> date:
    return zones.add_months(day=book.business_day(at), months=-months)


def get_purchases(*, first: date) -> QuerySet[Purchase]:
    """Return what members bought since a day, in the order of booking."""
    rows = Purchase.objects.filter(business_on__gte=first, member__isnull=False)
    return rows.select_related("member", "store").order_by("pk")


def chunks_of(
    rows: QuerySet[Purchase],
) -> Iterator[list[tuple[Purchase, Sequence[PurchaseLine]]]]:
    """Yield purchases with their lines, two statements for every two thousand."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:_CHUNK]):
        last = chunk[-1].pk
        lines: dict[int, list[PurchaseLine]] = defaultdict(list)
        found = PurchaseLine.objects.filter(purchase__in=[purchase.pk for purchase in chunk])
        for line in found.order_by("purchase_id", "position"):
            lines[line.purchase_id].append(line)
        yield [(purchase, lines.get(purchase.pk, ())) for purchase in chunk]


def _say(simulation: Simulation, **said: object) -> None:
    Simulation.objects.filter(pk=simulation.pk).update(**said)
