"""Goals on the first page: how far each has come, and what of the plan is late."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.goals import Standing
from analytics.models import Action, Goal
from loyalty.desk import seeing
from loyalty.desk.home.attention import Item
from loyalty.desk.plan import showing
from loyalty.desk.plan.showing import Shown
from loyalty.programmes import books

NEEDED = "analytics.view_goal"
_MOST = 6


def get_goals(*, request: HttpRequest, at: datetime) -> Sequence[Shown]:
    """Return the goals due first that the reader sees. Raises books.ProgrammeMissing."""
    if not request.user.has_perm(NEEDED):
        return []
    book = books.get_book()
    rows = seeing.rows_for(request, Goal.objects.open().select_related("owner"))
    return showing.get_shown(
        rows=list(rows.order_by("by_on", "pk")[:_MOST]),
        at=at,
        today=book.business_day(at),
        currency=book.currency,
    )


def get_items(*, request: HttpRequest, goals: Sequence[Shown], at: datetime) -> list[Item]:
    """Return what of the plan needs somebody: goals whose day has passed, and late actions."""
    if not request.user.has_perm(NEEDED):
        return []
    items = [_late_goal(one) for one in goals if one.standing is Standing.LATE]
    today = books.get_book().business_day(at)
    late = Action.objects.open().filter(due_on__lt=today)
    if count := seeing.rows_for(request, late).count():
        said = ngettext("%d action is late.", "%d actions are late.", count) % count
        items.append(Item("warn", "hourglass", said, _("See the plan"), reverse("admin:plan")))
    return items


def _late_goal(one: Shown) -> Item:
    said = _("%(measure)s: the target date has passed, at %(value)s of %(target)s.")
    text = said % {"measure": one.name, "value": one.value, "target": one.target}
    url = reverse("admin:goal", args=[one.goal.pk])
    return Item("bad", "octagon-alert", text, _("See the goal"), url)
