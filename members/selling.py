"""A sale as a till tells it: what was bought, when, where, and how it was paid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.programmes.models import Store
from members.models import Member

WINDOW_BACK = timedelta(days=7)
WINDOW_AHEAD = timedelta(minutes=5)


class OccurredAtOutOfWindow(Refusal):
    code = "occurred-at-out-of-window"
    title = _(
        "A sale or a return is told within seven days, and never more than five minutes ahead."
    )


@dataclass(frozen=True, kw_only=True)
class SaleLine:
    """One line of a receipt. A discount is a line with a negative amount.

    The tax is in the amount, and below zero with it.
    """

    amount_cents: int
    sku: str = ""
    name: str = ""
    category: str = ""
    quantity: Decimal = Decimal(1)
    brand: str = ""
    tags: Sequence[str] = ()
    tax_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One means of payment and how much of the total it paid.

    Points were set aside by a hold, which is named; a voucher is named by its key, never its code.
    Of points used without a network, `short` is how many of those let go were not there to take.
    """

    means: str
    amount_cents: int
    hold: str = ""
    points: int = 0
    voucher: int | None = None
    offline: bool = False
    short: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept with a purchase: what says nothing is left out."""
        told = {
            "hold": self.hold,
            "points": self.points,
            "voucher": self.voucher,
            "offline": self.offline,
            "short": self.short,
        }
        named = {name: value for name, value in told.items() if value}
        return {"means": self.means, "amount_cents": self.amount_cents, **named}


@dataclass(frozen=True, kw_only=True)
class Sale:
    """One receipt. Without a member it is anonymous. Amounts are cents."""

    occurred_at: datetime
    total_cents: int
    member: Member | None = None
    store: Store | None = None
    till: str = ""
    channel: str = "store"
    receipt: str = ""
    tax_cents: int = 0
    lines: Sequence[SaleLine] = ()
    payments: Sequence[Payment] = ()
    # How many points its client may still take today, of those it let go; None: any number.
    room: int | None = None

    # Properties

    @property
    def is_training(self) -> bool:
        return self.store is not None and self.store.is_training


def check(*, sale: Sale) -> None:
    """Refuse a receipt whose figures do not agree. Raises ValidationFailed with all of it.

    Lines, when told, add up to the total; so do payments, when told. The tax is a part of the
    total, told for the whole, line by line, or both alike.
    """
    errors = []
    if sale.total_cents < 0:
        errors.append(FieldRefusal("/total", "negative", _("The total is below zero.")))
    if sale.lines and sum(line.amount_cents for line in sale.lines) != sale.total_cents:
        errors.append(
            FieldRefusal("/total", "lines-do-not-add-up", _("The lines do not add up to it."))
        )
    if sale.payments and sum(paid.amount_cents for paid in sale.payments) != sale.total_cents:
        detail = _("The payments do not add up to the total.")
        errors.append(FieldRefusal("/payments", "payments-do-not-add-up", detail))
    if errors := [*errors, *_faults_of_tax(sale)]:
        raise ValidationFailed(errors=errors)


def _faults_of_tax(sale: Sale) -> Iterator[FieldRefusal]:
    if not 0 <= sale.tax_cents <= max(0, sale.total_cents):
        detail = _("The tax is a part of the total.")
        yield FieldRefusal("/tax", "out-of-range", detail)
    for place, line in enumerate(sale.lines):
        if abs(line.tax_cents) > abs(line.amount_cents) or line.tax_cents * line.amount_cents < 0:
            detail = _("The tax is a part of the amount.")
            yield FieldRefusal(f"/lines/{place}/tax", "out-of-range", detail)
    by_line = sum(line.tax_cents for line in sale.lines)
    if by_line and sale.tax_cents and by_line != sale.tax_cents:
        detail = _("The tax of the lines does not add up to it.")
        yield FieldRefusal("/tax", "lines-do-not-add-up", detail)


def check_moment(*, occurred_at: datetime, at: datetime) -> None:
    """Refuse what is from too long ago or from the future. Raises OccurredAtOutOfWindow."""
    earliest, latest = at - WINDOW_BACK, at + WINDOW_AHEAD
    if not earliest <= occurred_at <= latest:
        raise OccurredAtOutOfWindow(earliest=earliest.isoformat(), latest=latest.isoformat())
