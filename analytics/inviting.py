"""Asking members how it was: whom, about what, and when. Nobody too often, nobody who objects."""

from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.crypto import salted_hmac

from analytics import drawing
from analytics.models import Invitation, Survey, SurveyTrigger
from loyalty.core import ids, keys, zones
from loyalty.events import dispatching
from loyalty.events.dispatching import Notice
from loyalty.events.models import MessageKind
from loyalty.programmes import books
from members import consenting
from members.models import ConsentChannel, ConsentPurpose, Member

_PURPOSE = "analytics.inviting"
# Nobody wants to be asked at midnight.
_MORNING, _EVENING = time(9), time(20)
# What came to our ears so late is nothing to ask about any more.
_STALE = timedelta(days=7)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a member may be asked about, by public ids: when, and where, it came about."""

    reference: str
    member: str
    at: datetime
    store_id: int | None = None
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Another question that a member was asked, or will be."""

    opens_at: datetime
    is_open: bool


def get_running(*, trigger: SurveyTrigger, at: datetime) -> list[Survey]:
    """Return the surveys that ask after such an occasion, the oldest first. One statement."""
    today = zones.business_day(moment=at, zone=books.get_zone())
    return list(Survey.objects.running(on=today).filter(trigger=trigger).order_by("pk"))


@transaction.atomic
def invite(*, surveys: Sequence[Survey], occasions: Iterable[Occasion], at: datetime) -> int:
    """Ask about each occasion at most once, whoever is drawn and may be asked. Returns how many.

    Nobody is asked within the pause of a survey after the last question, nor while one waits
    for an answer, nor where no way leads to them: an e-mail goes to active members with an
    address who did not object. Of several surveys the first that may ask does. The same
    occasions again ask nobody anew. A number of statements that does not grow with them.
    """
    told = {one.reference: one for one in occasions}
    members = _locked({one.member for one in told.values()})
    if not (told and members):
        return 0
    keep = _Keeper(surveys=surveys, members=members, occasions=told, at=at)
    new = [made for one in told.values() if (made := keep.made_for(one))]
    Invitation.objects.bulk_create(new)
    dispatching.put(notices=[_notice(one, at) for one in new if one.is_emailed])
    return len(new)


@transaction.atomic
def invite_here(*, survey: Survey, member: Member, at: datetime) -> Invitation | None:
    """Ask whoever has opened their page, and answers now; None where they may not be asked."""
    members = _locked({member.public_id})
    if not members:
        return None
    name = ids.new("svi")
    here = Occasion(reference=name, member=member.public_id, at=at)
    keep = _Keeper(surveys=[survey], members=members, occasions={}, at=at)
    if not keep.may_ask(survey, members[member.public_id], opens_at=at):
        return None
    made = _row(survey, here, members[member.public_id], opens_at=at, name=name, is_emailed=False)
    made.save(force_insert=True)
    return made


def get_visit_survey(*, member: Member, at: datetime) -> Survey | None:
    """Return what a member who opens their page is asked now, if they may be. Two statements."""
    drawn = [
        one
        for one in get_running(trigger=SurveyTrigger.VISIT, at=at)
        if drawing.is_drawn(
            survey=one.public_id, occasion=member.public_id, percent=one.share_percent
        )
    ]
    asked = _get_asked([member.pk], surveys=drawn, at=at)[member.pk] if drawn else []
    return next((one for one in drawn if not _is_tired(one, asked, opens_at=at)), None)


def make_token(*, invitation: Invitation) -> str | None:
    """Return what the link in the e-mail ends with, made of our secret: it is kept nowhere.

    None where the secret has changed since, or the member was forgotten.
    """
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _token(invitation.public_id, secret=secret)
        if hash_token(token) == invitation.token_hash:
            return token
    return None


def hash_token(token: str) -> str:
    return keys.digest(scope=_PURPOSE, key=token)


@dataclass
class _Keeper:
    """Who was asked what so far; it remembers whom it asks meanwhile."""

    surveys: Sequence[Survey]
    members: Mapping[str, Member]
    occasions: Mapping[str, Occasion]
    at: datetime

    def __post_init__(self) -> None:
        pks = [member.pk for member in self.members.values()]
        self._asked = _get_asked(pks, surveys=self.surveys, at=self.at)
        self._objecting = consenting.get_objectors(
            member_ids=pks, channel=ConsentChannel.EMAIL, purpose=ConsentPurpose.SURVEYS
        )
        known = Invitation.objects.filter(survey__in=self.surveys, cause__in=self.occasions)
        self._known = set(known.values_list("cause", flat=True)) if self.occasions else set()
        self._zone = books.get_zone()

    def made_for(self, one: Occasion) -> Invitation | None:
        """Return the question to ask about an occasion, if any."""
        member = self.members.get(one.member)
        if member is None or one.reference in self._known:
            return None
        for survey in self.surveys:
            due_at = one.at + timedelta(hours=survey.delay_hours)
            opens_at = in_daytime(max(due_at, self.at), zone=self._zone)
            is_drawn = drawing.is_drawn(
                survey=survey.public_id, occasion=one.reference, percent=survey.share_percent
            )
            if due_at + _STALE < self.at or not is_drawn or not self._is_reached(survey, member):
                continue
            if self.may_ask(survey, member, opens_at=opens_at):
                self._asked[member.pk].append(Asked(opens_at=opens_at, is_open=True))
                is_emailed = survey.is_emailed and self._can_write_to(member)
                return _row(survey, one, member, opens_at=opens_at, is_emailed=is_emailed)
        return None

    def may_ask(self, survey: Survey, member: Member, *, opens_at: datetime) -> bool:
        return not _is_tired(survey, self._asked[member.pk], opens_at=opens_at)

    def _is_reached(self, survey: Survey, member: Member) -> bool:
        has_page = survey.is_shown and member.user_id is not None
        return has_page or (survey.is_emailed and self._can_write_to(member))

    def _can_write_to(self, member: Member) -> bool:
        return bool(member.email) and member.pk not in self._objecting


def in_daytime(moment: datetime, *, zone: ZoneInfo) -> datetime:
    """Return a moment, or the next morning at nine where it is earlier, or after eight."""
    local = moment.astimezone(zone)
    if _MORNING <= local.time() < _EVENING:
        return moment
    day = local.date() if local.time() < _MORNING else local.date() + _DAY
    return datetime.combine(day, _MORNING, tzinfo=zone)


def _locked(names: Collection[str]) -> dict[str, Member]:
    """Lock the active ones: two workers do not both find that somebody was not asked for long."""
    rows = Member.objects.active().filter(public_id__in=names).order_by("pk")
    found = rows.select_related("tier").select_for_update(of=("self",), no_key=True)
    return {member.public_id: member for member in found}


def _get_asked(
    member_ids: Sequence[int], *, surveys: Sequence[Survey], at: datetime
) -> defaultdict[int, list[Asked]]:
    longest = max((survey.pause for survey in surveys), default=timedelta())
    waiting = Q(answer=None, expires_at__gt=at)
    rows = (
        Invitation.objects.filter(member__in=member_ids)
        .filter(Q(opens_at__gt=at - longest) | waiting)
        .annotate(is_open=ExpressionWrapper(waiting, BooleanField()))
        .values_list("member_id", "opens_at", "is_open")
    )
    asked: defaultdict[int, list[Asked]] = defaultdict(list)
    for member_id, opens_at, is_open in rows:
        asked[member_id].append(Asked(opens_at=opens_at, is_open=is_open))
    return asked


def _is_tired(survey: Survey, asked: Iterable[Asked], *, opens_at: datetime) -> bool:
    return any(one.is_open or one.opens_at > opens_at - survey.pause for one in asked)


def _row(
    survey: Survey,
    one: Occasion,
    member: Member,
    *,
    opens_at: datetime,
    is_emailed: bool,
    name: str = "",
) -> Invitation:
    name = name or ids.new("svi")
    token = _token(name, secret=settings.SECRET_KEY)
    return Invitation(
        public_id=name,
        survey=survey,
        member=member,
        cause=one.reference,
        store_id=one.store_id,
        channel=one.channel,
        tier=member.tier.code if member.tier else "",
        is_emailed=is_emailed,
        token_hash=hash_token(token) if is_emailed else None,
        opens_at=opens_at,
        expires_at=opens_at + timedelta(days=survey.open_days),
    )


def _token(name: str, *, secret: str) -> str:
    digest = salted_hmac(_PURPOSE, name, secret=secret, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _notice(invitation: Invitation, at: datetime) -> Notice:
    return Notice(
        recipient=invitation.member.public_id,
        kind=MessageKind.SURVEY,
        key=invitation.public_id,
        facts={"invitation": invitation.public_id},
        at=at,
        due_at=invitation.opens_at,
    )
