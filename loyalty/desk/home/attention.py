"""What needs a person: each with how many, and the page on which it is dealt with.

Each check is one statement or two, asked only for who may act on what it finds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty import night
from loyalty.desk import cases, jobs, seeing
from loyalty.desk.exporting import waiting
from loyalty.events.models import JobRun, JobState, Message, OutboxEvent
from loyalty.identity import approving
from loyalty.identity.models import Approval, ApprovalKind, User
from loyalty.programmes import releasing
from loyalty.webhooks.models import Endpoint
from members import answering
from members.models import Adjustment, CaseState, ImportRun, OfflineSpending
from rewards.models import PoolCode, Reward, VoucherPool

Reader = User | AnonymousUser

_NEARLY_NONE = 5
_FEW_CODES = 20
_MOST = 5
_TRIED_OFTEN = 3


@dataclass(frozen=True)
class Item:
    """One thing to do: how grave (bad, warn), what, and where."""

    grade: str
    icon: str
    text: str
    act: str
    url: str


Check = Callable[[datetime], Iterator[Item]]


def get_items(*, reader: Reader, at: datetime) -> list[Item]:
    """Return what needs a person and that this one may act on, what is broken first."""
    found = [item for needed, check in CHECKS if reader.has_perm(needed) for item in check(at)]
    found += [
        *_short_offline(reader),
        *_waiting_approvals(reader, at),
        *_waiting_cases(reader, at),
    ]
    return sorted(found, key=lambda item: item.grade != "bad")


def _failed_messages(_at: datetime) -> Iterator[Item]:
    if count := Message.objects.failed().count():
        said = ngettext("%d message could not be sent.", "%d messages could not be sent.", count)
        url = f"{reverse('admin:events_message_changelist')}?state__exact=FAILED"
        yield Item("bad", "mail", said % count, _("See the messages"), url)


def _troubled_webhooks(_at: datetime) -> Iterator[Item]:
    """Tell of webhooks that fail, and of those that were switched off for it."""
    for endpoint in Endpoint.objects.in_trouble().order_by("is_active", "failing_since")[:_MOST]:
        is_off = not endpoint.is_active
        said = _("%(name)s was switched off: %(why)s.") if is_off else _("%(name)s fails.")
        text = said % {"name": endpoint.name, "why": endpoint.get_off_reason_display()}
        url = reverse("admin:webhook", args=[endpoint.pk])
        yield Item("bad" if is_off else "warn", "send", text, _("See the webhook"), url)


def _scarce_pools(at: datetime) -> Iterator[Item]:
    """Tell of pools that rewards still draw from, of whose codes few are left."""
    free = PoolCode.objects.free().filter(pool=OuterRef("pk"))
    drawn_from = VoucherPool.objects.filter(Exists(_offered(at).filter(pool=OuterRef("pk"))))
    # Counted no further than matters: whether there is one more than a few, then those few.
    scarce = drawn_from.exclude(Exists(free.order_by("pk")[_FEW_CODES : _FEW_CODES + 1]))
    counted = free.order_by().values("pool").annotate(count=Count("pk")).values("count")
    few = scarce.annotate(left=Coalesce(Subquery(counted), 0))
    for pool in few.order_by("left", "pk")[:_MOST]:
        left: int = pool.left
        said = ngettext(
            "%(reward)s: %(left)d code left.", "%(reward)s: %(left)d codes left.", left
        )
        url = reverse("admin:rewards_voucherpool_change", args=[pool.pk])
        grade = "warn" if left else "bad"
        text = said % {"reward": pool.name, "left": left}
        yield Item(grade, "ticket", text, _("Add codes"), url)


def _short_offline(reader: Reader) -> Iterator[Item]:
    """Tell of points that tills without a network let go and that were not there to take.

    Of the members whom the reader sees.
    """
    if not reader.has_perm("members.settle_offlinespending"):
        return
    if count := seeing.rows_of(reader, OfflineSpending.objects.unsettled()).count():
        said = ngettext(
            "%d payment with points offline was not covered.",
            "%d payments with points offline were not covered.",
            count,
        )
        url = f"{reverse('admin:members_offlinespending_changelist')}?settled_at__isempty=1"
        yield Item("warn", "coins", said % count, _("See the payments"), url)


def _waiting_approvals(reader: Reader, at: datetime) -> Iterator[Item]:
    """Count what others ask for about members whom the reader sees."""
    if not isinstance(reader, User) or not reader.has_perm(approving.DECIDES):
        return
    asked = Adjustment.objects.filter(entry=None).exclude(requested_by=reader)
    count = seeing.rows_of(reader, asked.counting(at=at)).count()
    count += _waiting_others(reader, at)
    if count:
        said = ngettext("%d request waits for approval.", "%d requests wait for approval.", count)
        url = reverse("admin:approvals")
        yield Item("warn", "clipboard-check", said % count, _("See the approvals"), url)


def _waiting_cases(reader: Reader, at: datetime) -> Iterator[Item]:
    """Count requests that are late, and if none is, those to answer, of whom the reader sees."""
    if not isinstance(reader, User) or not reader.has_perm(answering.PERMISSION):
        return
    seen = cases.seen_by(reader)
    url = reverse("admin:cases")
    if late := seen.late(at=at).count():
        said = ngettext("%d request is late.", "%d requests are late.", late)
        yield Item("bad", "message-circle", said % late, _("Answer"), f"{url}?view=late")
    elif count := seen.filter(state=CaseState.OPEN).count():
        said = ngettext("%d request to answer.", "%d requests to answer.", count)
        yield Item("warn", "message-circle", said % count, _("Answer"), url)


def _waiting_others(reader: User, at: datetime) -> int:
    """Count files, lists of people and versions of rules that others ask for."""
    kinds = [ApprovalKind.IMPORT] if reader.has_perm("members.import_files") else []
    kinds += [ApprovalKind.EXPORT] if waiting.may_decide(reader) else []
    kinds += [ApprovalKind.PUBLICATION] if releasing.may_decide(reader) else []
    if not kinds:
        return 0
    asked = Approval.objects.waiting(at=at).filter(kind__in=kinds)
    return asked.exclude(requested_by=reader).count()


def _failed_jobs(at: datetime) -> Iterator[Item]:
    url = reverse("admin:jobs")
    if count := JobRun.objects.filter(state=JobState.FAILED).count():
        text = ngettext("%d job failed.", "%d jobs failed.", count) % count
        yield Item("bad", "circle-x", text, _("See the jobs"), url)
    if late := len([day for day in night.due(at=at) if jobs.is_late(day=day, at=at)]):
        said = ngettext("%d night’s work is late.", "%d nights’ work is late.", late)
        yield Item("warn", "moon", said % late, _("See the jobs"), url)


def _stuck_events(_at: datetime) -> Iterator[Item]:
    stuck = OutboxEvent.objects.filter(relayed_at=None, attempts__gte=_TRIED_OFTEN)
    if count := stuck.count():
        said = ngettext("%d event does not arrive.", "%d events do not arrive.", count)
        yield Item("bad", "circle-alert", said % count, _("See the jobs"), reverse("admin:jobs"))


def _unfinished_imports(_at: datetime) -> Iterator[Item]:
    if count := ImportRun.objects.filter(finished_at=None).count():
        said = ngettext("%d import is not finished.", "%d imports are not finished.", count)
        url = reverse("admin:members_importrun_changelist")
        yield Item("warn", "upload", said % count, _("See the imports"), url)


def _scarce_rewards(at: datetime) -> Iterator[Item]:
    scarce = _offered(at).filter(stock__lte=_NEARLY_NONE).order_by("stock", "pk")
    for reward in scarce[:_MOST]:
        left = reward.stock or 0
        said = ngettext("%(reward)s: %(left)d left.", "%(reward)s: %(left)d left.", left)
        text = said % {"reward": reward.name, "left": left}
        if not left:
            text = _("%(reward)s: none left.") % {"reward": reward.name}
        url = reverse("admin:rewards_reward_change", args=[reward.pk])
        yield Item("warn" if left else "bad", "package", text, _("Restock"), url)


def _offered(at: datetime) -> QuerySet[Reward]:
    """Return the rewards that can be had, or will be."""
    return Reward.objects.filter(is_active=True).exclude(ends_at__lte=at)


CHECKS: Sequence[tuple[str, Check]] = (
    ("events.view_jobrun", _failed_jobs),
    ("events.view_message", _failed_messages),
    ("events.view_outboxevent", _stuck_events),
    ("members.view_importrun", _unfinished_imports),
    ("rewards.change_reward", _scarce_rewards),
    ("rewards.add_poolcode", _scarce_pools),
    ("webhooks.change_endpoint", _troubled_webhooks),
)
