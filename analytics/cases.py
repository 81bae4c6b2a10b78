"""Requests of members in a period, by the moment that counts, as far as a cut leaves them."""

from fractions import Fraction

from django.db.models import Count, QuerySet

from analytics import cutting
from analytics.figures import Figure, median
from analytics.queries import as_subquery
from analytics.scopes import Scope
from members.models import Case

_MINUTES_IN_AN_HOUR = 60


def cases_in(scope: Scope, moment: str) -> QuerySet[Case]:
    """Return the requests of which a moment, by its column, falls in the period."""
    bounds = {f"{moment}__gte": scope.start_at, f"{moment}__lt": scope.end_at}
    cases = Case.objects.filter(**bounds)
    if (whose := cutting.whose(scope)) is not None:
        cases = cases.filter(member__in=as_subquery(whose))
    return cases


def median_hours(cases: QuerySet[Case], minutes: str) -> Figure:
    """Return the median of a column of minutes in hours, exact, and of how many requests."""
    counted = cases.order_by().values_list(minutes).annotate(count=Count("pk"))
    histogram = dict(counted.values_list(minutes, "count"))
    middle = median(histogram)
    hours = None if middle is None else Fraction(middle, _MINUTES_IN_AN_HOUR)
    return Figure(hours, sum(histogram.values()))
