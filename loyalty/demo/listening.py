"""The demo's surveys, a year of answers to them, and one question that waits for its member."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics import drawing
from analytics.models import Answer, AnswerPlace, Invitation, Survey
from loyalty.core import keys, zones
from loyalty.demo import credentials, opinions
from loyalty.demo.opinions import Question
from loyalty.programmes import books
from loyalty.programmes.models import Tier
from members.models import Case, CaseState, Member, Purchase
from rewards.models import Redemption

_YEAR, _PAUSE, _OPEN = timedelta(days=365), timedelta(days=90), timedelta(days=14)
_DELAY, _AN_HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Somebody was asked about something, at a moment."""

    question: Question
    member_id: int
    cause: str
    at: datetime
    store_id: int | None = None
    channel: str = ""
    tier_id: int | None = None

    # Properties

    @property
    def key(self) -> str:
        """What is the same in every demo of a day."""
        return f"{self.member_id} {self.at.isoformat()}"


def listen(*, at: datetime) -> None:
    """Ask for a year, and take the answers, in a handful of statements. All of it is history."""
    surveys = {question.code: _make(question) for question in opinions.QUESTIONS}
    tiers = dict(Tier.objects.values_list("pk", "code"))
    asked = list(_rested(sorted(_occasions(at), key=lambda one: (one.at, one.cause))))
    invitations = [_invitation(one, surveys[one.question.code], tiers) for one in asked]
    Invitation.objects.bulk_create(invitations, batch_size=500)
    given = [
        _answer(one, invitation)
        for one, invitation in zip(asked, invitations, strict=True)
        if opinions.answers(question=one.question, occasion=one.key)
    ]
    Answer.objects.bulk_create([one for one in given if one.answered_at < at], batch_size=500)
    _ask_the_member(surveys["recommend"], at=at)


def _make(question: Question) -> Survey:
    return Survey.objects.create(
        public_id=_id("svy", question.code),
        name=question.name,
        kind=question.kind,
        question_fr=question.french,
        question_en=question.english,
        trigger=question.trigger,
        share_percent=question.share,
        low_score=question.low_score,
        is_active=True,
    )


def _occasions(at: datetime) -> Iterator[_Asked]:
    recommend, gift, case = opinions.QUESTIONS
    since, until = at - _YEAR, at - _DELAY
    bought = Purchase.objects.filter(occurred_at__gte=since, occurred_at__lt=until)
    for name, member, moment, store, channel, tier in bought.exclude(member=None).values_list(
        "public_id", "member_id", "occurred_at", "store_id", "channel", "tier_id"
    ):
        yield _Asked(
            question=recommend, member_id=member or 0, cause=name, at=moment, store_id=store,
            channel=channel, tier_id=tier,
        )  # fmt: skip
    taken = Redemption.objects.filter(redeemed_at__gte=since, redeemed_at__lt=until)
    for name, member, moment in taken.values_list("public_id", "member_id", "redeemed_at"):
        yield _Asked(question=gift, member_id=member or 0, cause=name, at=moment)
    done = Case.objects.filter(state=CaseState.RESOLVED, first_resolved_at__lt=until)
    for name, member, resolved in done.values_list("public_id", "member_id", "first_resolved_at"):
        if resolved is not None:
            yield _Asked(question=case, member_id=member, cause=name, at=resolved)


def _rested(asked: Iterable[_Asked]) -> Iterator[_Asked]:
    """Leave out who is not drawn, and who was asked not long ago."""
    last: dict[int, datetime] = {}
    for one in asked:
        code, share = one.question.code, one.question.share
        is_drawn = drawing.is_drawn(survey=code, occasion=one.key, percent=share)
        if is_drawn and one.at - last.get(one.member_id, one.at - _PAUSE) >= _PAUSE:
            last[one.member_id] = one.at
            yield one


def _invitation(asked: _Asked, survey: Survey, tiers: dict[int, str]) -> Invitation:
    opens_at = asked.at + _DELAY
    return Invitation(
        public_id=_id("svi", f"{asked.question.code} {asked.cause}"),
        survey=survey,
        member_id=asked.member_id,
        cause=asked.cause,
        store_id=asked.store_id,
        channel=asked.channel,
        tier=tiers.get(asked.tier_id or 0, ""),
        is_emailed=True,
        opens_at=opens_at,
        expires_at=opens_at + _OPEN,
    )


def _answer(asked: _Asked, invitation: Invitation) -> Answer:
    question = asked.question
    answered_at = invitation.opens_at + _AN_HOUR * (1 + opinions.roll("late", asked.key))
    score = opinions.score(
        question=question, occasion=asked.key, month=asked.at.month, tier=invitation.tier
    )
    return Answer(
        public_id=_id("ans", f"{question.code} {asked.cause}"),
        invitation=invitation,
        kind=question.kind,
        score=score,
        comment=opinions.words(question=question, occasion=asked.key, score=score),
        place=AnswerPlace.LINK,
        answered_at=answered_at,
        answered_on=zones.business_day(moment=answered_at, zone=books.get_zone()),
    )


def _ask_the_member(survey: Survey, *, at: datetime) -> None:
    """Let a question wait for the member whose address the demo prints."""
    member = Member.objects.get(email=credentials.get_member_address())
    Invitation.objects.filter(member=member, answer=None, expires_at__gt=at).delete()
    Invitation.objects.create(
        public_id=_id("svi", "waiting"),
        survey=survey,
        member=member,
        cause=_id("pur", "waiting"),
        is_emailed=False,
        opens_at=at,
        expires_at=at + _OPEN,
    )


def _id(prefix: str, said: str) -> str:
    return f"{prefix}_{keys.digest(scope='demo', key=said)[:26]}"
