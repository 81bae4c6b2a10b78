"""What the demo's programme cost, month by month, and what it may cost this year and the last."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from analytics.models import Budget, Cost, CostCategory, MoneySettings
from analytics.periods import Period, month_end, months_from
from loyalty.demo import credentials, world
from loyalty.identity.models import User

_DAY = timedelta(days=1)
_MARGIN_PERCENT = 55
# Of each month: so many cents, and what for.
_MONTHLY = (
    (CostCategory.TECHNOLOGY, 49_00, "Abonnement à la plateforme"),
    (CostCategory.STAFF, 160_00, "Animation du programme : cinq heures"),
    (CostCategory.SERVICE, 25_00, "Réponses aux membres"),
)
# Of some months of a year, by their number.
_SEASONAL = (
    (3, CostCategory.ACQUISITION, 140_00, "Cartes à gratter en caisse"),
    (9, CostCategory.ACQUISITION, 180_00, "Dépliants de rentrée"),
    (12, CostCategory.PROMOTION, 220_00, "Vitrines et e-mails de Noël"),
)
_OF_A_CAMPAIGN_CENTS = 120_00
_OF_A_YEAR_CENTS = 240_00
_PLANNED = {
    CostCategory.ACQUISITION: 350_00,
    CostCategory.PROMOTION: 500_00,
    CostCategory.REWARDS: 2_400_00,
    CostCategory.SERVICE: 300_00,
    CostCategory.STAFF: 1_900_00,
    CostCategory.TECHNOLOGY: 600_00,
    CostCategory.MAINTENANCE: 250_00,
}


def spend(*, today: date, at: datetime) -> None:
    """Enter two years of costs up to today, the budgets, and the margin. Needs the staff."""
    by = User.objects.get(email=credentials.ADMINISTRATOR)
    Cost.objects.bulk_create(
        Cost(
            category=category,
            first_on=days.first,
            last_on=days.last,
            amount_cents=cents,
            note=note,
            entered_by=by,
            entered_at=at,
        )
        for category, days, cents, note in _costs(today)
    )
    Budget.objects.bulk_create(
        Budget(year=year, category=category, planned_cents=cents)
        for year in (today.year - 1, today.year)
        for category, cents in _PLANNED.items()
    )
    MoneySettings.objects.create(pk=1, margin_percent=_MARGIN_PERCENT)


def _costs(today: date) -> Iterator[tuple[CostCategory, Period, int, str]]:
    for month in months_from(today - 730 * _DAY, today):
        whole = Period(month, month_end(month))
        for category, cents, note in _MONTHLY:
            yield category, whole, cents, note
        for number, category, cents, note in _SEASONAL:
            if month.month == number:
                yield category, Period(month + 4 * _DAY, month + 24 * _DAY), cents, note
    for year in range(today.year - 2, today.year + 1):
        days = Period(date(year, 1, 1), date(year, 12, 31))
        yield CostCategory.MAINTENANCE, days, _OF_A_YEAR_CENTS, "Entretien des lecteurs de cartes"
    for campaign in world.CAMPAIGNS:
        first = today + campaign.from_day * _DAY
        days = Period(first, first + (campaign.days - 1) * _DAY)
        yield CostCategory.PROMOTION, days, _OF_A_CAMPAIGN_CENTS, f"Affiches : {campaign.name_fr}"
