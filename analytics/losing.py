"""Why members were lost, written down as staff learn it, and that they came back."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from analytics import revising
from analytics.models import (
    Competitor,
    Loss,
    LossReason,
    MeasureSettings,
    SegmentDefinition,
    Topic,
    WonBackBy,
)
from analytics.periods import month_start
from loyalty.core import zones
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.programmes import books
from loyalty.programmes.models import Segment
from members import blocking, owning, segmenting
from members.models import Member, Purchase

GATHERS = "programmes.change_segment"
SEES, RECORDS, EXPLAINS = "analytics.view_loss", "analytics.add_loss", "analytics.change_loss"
LONGEST_NOTE, LONGEST_NAME = 500, 80


class MemberNotLost(Refusal):
    code = "member-not-lost"
    title = _("This member has bought lately: there is no loss to explain.")


class LossAlreadyTold(Refusal):
    code = "loss-already-told"
    title = _("Somebody has just written down another reason. Read it before you replace it.")


class NotWonBack(Refusal):
    code = "not-won-back"
    title = _("This member has not bought again, or somebody has said already how they came back.")


class SegmentComputed(Refusal):
    code = "segment-computed"
    title = _("The members of this segment are found by its definition, every night.")


@transaction.atomic
def record(
    *,
    member: Member,
    reason: LossReason,
    by: User,
    at: datetime,
    competitor: str = "",
    note: str = "",
    instead_of: int | None = None,
) -> Loss:
    """Keep why a member stopped buying; a competitor not heard of before is added to the list.

    What was told before, `instead_of`, stays to be read and no longer holds. Raises
    MemberNotLost of who bought within the days that the settings name, LossAlreadyTold where
    another reason holds than the one that was read, ValidationFailed, or blocking.MemberClosed.
    """
    _check_length(competitor, note)
    # Under the lock: of two who tell at once, the second reads what the first wrote.
    member = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    blocking.check_is_current(member=member)
    today = zones.business_day(moment=at, zone=books.get_zone())
    last_on = _get_last_day(member)
    if last_on is None or last_on >= get_since(today=today):
        raise MemberNotLost
    _replace(member, instead_of, at)
    _note_change(today, at)
    return Loss.objects.create(
        member=member,
        last_on=last_on,
        reason=reason,
        competitor=get_competitor(name=competitor, at=at),
        note=note,
        recorded_by=by,
        recorded_at=at,
        recorded_on=today,
    )


@transaction.atomic
def explain(*, loss: Loss, way: WonBackBy, by: User, at: datetime) -> Loss:
    """Keep how somebody who bought again was won back, once. Raises NotWonBack."""
    kept = Loss.objects.select_for_update(of=("self",)).get(pk=loss.pk)
    if kept.won_back_on is None or kept.won_back_by:
        raise NotWonBack
    kept.won_back_by, kept.explained_by, kept.explained_at = way, by, at
    kept.save(update_fields=["won_back_by", "explained_by", "explained_at"])
    _note_change(kept.won_back_on, at)
    return kept


@transaction.atomic
def notice(*, at: datetime) -> int:
    """Note of each member told to be lost who has bought since on which day they came back.

    Whoever was merged buys as the survivor. Returns how many. Repeating changes nothing. One
    statement, which costs a look into the index of purchases for each loss that is open.
    """
    told = Member.objects.filter(pk=OuterRef(OuterRef("member")))
    buyer = told.values(buyer=Coalesce("merged_into", "pk"))
    later = Purchase.objects.filter(
        member=Subquery(buyer), occurred_at__gt=OuterRef("recorded_at")
    )
    first = later.order_by("occurred_at").values("business_on")[:1]
    back = Loss.objects.open().annotate(back_on=Subquery(first)).exclude(back_on=None)
    count = Loss.objects.filter(pk__in=back.values("pk")).update(won_back_on=Subquery(first))
    if count:
        _note_change(zones.business_day(moment=at, zone=books.get_zone()), at)
    return count


@transaction.atomic
def gather(*, segment: Segment, members: QuerySet[Member], by: User, at: datetime) -> int:
    """Put members into a segment that is kept by hand, to win them back. Returns how many joined.

    Raises SegmentComputed, segmenting.UnknownSegment, owning.OwnCard where `by` is among them,
    or permitting.NotPermitted.
    """
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=GATHERS)
    if SegmentDefinition.objects.filter(segment=segment).exists():
        raise SegmentComputed
    if members.filter(pk__in=owning.get_own(users=[user])).exists():
        raise owning.OwnCard
    return segmenting.add(code=segment.code, members=members, at=at)


def get_kept_by_hand() -> QuerySet[Segment]:
    """Return the segments whose members staff choose one by one."""
    defined = SegmentDefinition.objects.filter(segment=OuterRef("pk"))
    return Segment.objects.filter(~Exists(defined)).order_by("code")


def get_competitor(*, name: str, at: datetime) -> Competitor | None:
    """Return the competitor of a name, however it is capitalised; a new one joins the list."""
    name = " ".join(name.split())
    if not name:
        return None
    known, _is_new = Competitor.objects.get_or_create(
        name__iexact=name, defaults={"name": name, "added_at": at}
    )
    return known


def get_since(*, today: date) -> date:
    """Return the day before which the last purchase of a lost member is."""
    days = MeasureSettings.objects.values_list("lost_after_days", flat=True).first()
    default: int = MeasureSettings._meta.get_field("lost_after_days").default
    return today - timedelta(days=default if days is None else days)


def _note_change(day: date, at: datetime) -> None:
    """Let figures that were kept of losses be computed again when they are next asked for."""
    revising.note(topic=Topic.OTHER, months=[month_start(day)], at=at)


def _check_length(competitor: str, note: str) -> None:
    said = (("competitor", competitor, LONGEST_NAME), ("note", note, LONGEST_NOTE))
    errors = [
        FieldRefusal(f"/{name}", "invalid", _("This is too long."))
        for name, text, most in said
        if len(text) > most or "\0" in text
    ]
    if errors:
        raise ValidationFailed(errors=errors)


def _get_last_day(member: Member) -> date | None:
    """Return the last day on which a member bought: one row by the index on their purchases."""
    days = Purchase.objects.filter(member=member).order_by("-occurred_at")
    return days.values_list("business_on", flat=True).first()


def _replace(member: Member, instead_of: int | None, at: datetime) -> None:
    holds = Loss.objects.filter(member=member).open()
    if holds.values_list("pk", flat=True).first() != instead_of:
        raise LossAlreadyTold
    holds.update(replaced_at=at)
