"""What purchases let us think of somebody: RFM scores, and what is expected of them."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from analytics.segments import scoring, wording
from loyalty.core import money
from loyalty.dossier.sections import Section, Value, table
from members.models import Member


def sections(*, member: Member, currency: str) -> Iterator[Section]:
    """Yield one table of one row; of whom nothing was worked out, of none."""
    known = scoring.get_profile(member=member)
    score, outlook = known.score, known.outlook
    cents = outlook.expected_cents if outlook else None
    name = str(wording.CELLS[known.cell]) if known.cell else None
    alive = _exact(outlook.alive if outlook else None)
    said: list[tuple[str, str, Value]] = [
        ("recency", _("Recency score (1 to 5)"), score.recency if score else None),
        ("frequency", _("Frequency score (1 to 5)"), score.frequency if score else None),
        ("monetary", _("Monetary score (1 to 5)"), score.monetary if score else None),
        ("name", _("Group of these scores"), name),
        ("alive", _("Probability that you are still a customer"), alive),
        ("expected_days", _("Days of buying expected in 12 months"),
         _exact(outlook.expected_days if outlook else None)),
        ("expected", _("Purchases expected in 12 months"),
         None if cents is None else Decimal(money.to_text(cents=cents, currency=currency))),
        ("as_of", _("Worked out for"), outlook.fit.as_of if outlook else None),
    ]  # fmt: skip
    columns = [(code, words) for code, words, _value in said]
    rows = [[value for *_rest, value in said]] if score or outlook else []
    yield table("profile", _("What we work out from your purchases"), columns, rows)


def _exact(number: float | None) -> Decimal | None:
    """Return four decimals: more would say more than is known."""
    return None if number is None else Decimal(number).quantize(Decimal("0.0001"))
