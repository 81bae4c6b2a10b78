from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from analytics import departures
from analytics.departures import get_competitors, get_reasons, get_returns
from analytics.figures import Column, Direction, Figure, Unit, ratio, share_of
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.models import LossReason, WonBackBy
from analytics.periods import Period, day
from analytics.queries import count
from analytics.recency import last_seen
from analytics.scopes import Scope

_COMPETITORS = 10
_REASONS = {code.value: f"reason_{code.value.lower()}" for code in LossReason}
_WAYS = {code.value: f"won_back_{code.value.lower()}" for code in WonBackBy}


def compute(scope: Scope) -> Figure:
    reasons = get_reasons(scope)
    columns = _told(reasons, _REASONS)
    competitors = get_competitors(scope, most=_COMPETITORS)
    columns |= {f"competitor_{name}": _members(drew) for name, drew in competitors.items()}
    back, could = get_returns(scope)
    columns |= _told(back, _WAYS)
    won = sum(back.values())
    columns["won_back"] = _members(won)
    columns["win_back_rate"] = Column(share_of(won, could), Unit.SHARE)
    lost = count(last_seen(scope, is_lost=True))
    return ratio(sum(reasons.values()), lost, columns)


def drill(scope: Scope) -> Drill:
    return members(departures.whose(scope))


def _told(counts: Mapping[str, int], names: Mapping[str, str]) -> dict[str, Column]:
    """Return what was told of somebody at all, in the order of the names."""
    return {name: _members(counts[code]) for code, name in names.items() if code in counts}


def _members(number: int) -> Column:
    return Column(number, Unit.MEMBERS)


MEASURE = Measure(
    code="loss_reasons",
    family=Family.LISTENING,
    name=_("Reasons for leaving"),
    definition=_(
        "Lost members at the end of the period of whom staff wrote down why, whenever they "
        "learnt it, over all lost members. Beside it how many left for each reason and each "
        "competitor; how many bought again in the period who had been told to be lost, by what "
        "won them back; and their share of those who were not back when it began."
    ),
    numerator_name=_("Lost members with a known reason"),
    denominator_name=_("Lost members"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2025-06-01", 1000),
            ("Bea", "2025-06-02", 1000),
            ("Cid", "2025-06-03", 1000),
            ("Dee", "2025-06-04", 1000),
            ("Cid", "2026-02-10", 1000),
            ("Eve", "2026-02-11", 1000),
        ),
        losses=(
            ("Ada", "2026-01-10", "PRICE", "Brûlerie du Port", ""),
            ("Cid", "2026-01-10", "SERVICE", "", "CONTACT"),
            ("Bea", "2026-03-05", "MOVED", "", ""),
        ),
        expected=ratio(
            2,
            3,
            {
                "reason_price": _members(1),
                "reason_moved": _members(1),
                "competitor_Brûlerie du Port": _members(1),
                "won_back_contact": _members(1),
                "won_back": _members(1),
                "win_back_rate": Column(share_of(1, 2), Unit.SHARE),
            },
        ),
    ),
)
