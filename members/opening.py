"""A case is opened: a member asks, complains, or told a survey that something is wrong."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids, keys
from loyalty.core.refusals import FieldRefusal, KeyReused, Refusal, ValidationFailed
from loyalty.events import outbox
from loyalty.identity.models import User
from loyalty.programmes import books
from loyalty.programmes.models import Store
from members import blocking, working
from members.models import (
    Case,
    CaseKind,
    CaseMessage,
    CaseSettings,
    Member,
    Side,
)
from members.models.cases import SUBJECT_LONGEST, TEXT_LONGEST
from members.working import Hours

# So that nobody floods those who answer.
MOST_A_DAY = 5
_DAY = timedelta(days=1)


class TooManyCases(Refusal):
    """`most` says how many a member may open in 24 hours."""

    code = "too-many-requests-opened"
    status = 429
    title = _("You have sent several requests today. Add to one of them, or try again tomorrow.")


@transaction.atomic
def ask(
    *, member: Member, kind: CaseKind, subject: str, body: str, at: datetime, key: str
) -> Case:
    """Let a member ask or complain, as `open_case` does, five times in 24 hours at most.

    Raises as `open_case`, or TooManyCases.
    """
    member = _lock(member)
    key = f"{member.public_id}:{key}"
    if (done := _done(member, _digest(key))) is not None:
        return done
    asked = Case.objects.filter(member=member, opened_at__gt=at - _DAY, source="member")
    if asked.count() >= MOST_A_DAY:
        raise TooManyCases(most=MOST_A_DAY)
    return open_case(
        member=member, kind=kind, subject=subject, body=body, at=at, source="member", key=key
    )


@transaction.atomic
def open_case(
    *,
    member: Member,
    kind: CaseKind,
    subject: str,
    body: str,
    at: datetime,
    source: str = "",
    store: Store | None = None,
    key: str,
    author: User | None = None,
) -> Case:
    """Open a case, due when the working hours to answer it in are over, and tell the outbox.

    `subject` has up to 120 characters, `body` 4,000; only feedback may have none. `source` is a
    word or an id of ours, `author` who wrote for the member. Of a merged one it is the survivor's.
    A repeated key returns the case. Raises ValidationFailed, MemberClosed, or KeyReused.
    """
    subject = read(subject, longest=SUBJECT_LONGEST, pointer="/subject").replace("\n", " ")
    body = read(body, longest=TEXT_LONGEST, pointer="/body", may_lack=kind == CaseKind.FEEDBACK)
    member, key = _lock(member), _digest(key)
    # Under the lock: a repeat that raced us has committed by now.
    if (done := _done(member, key)) is not None:
        return done
    blocking.check_is_current(member=member)
    case = Case.objects.create(
        public_id=ids.new("cas"),
        member=member,
        kind=kind,
        subject=subject,
        source=source,
        store=store,
        key=key,
        opened_at=at,
        due_at=get_due(at=at),
    )
    if body:
        say(case=case, side=Side.MEMBER, text=body, key=key, at=at, author=author)
    _tell(case, author)
    return case


def _tell(case: Case, author: User | None) -> None:
    actor = {"actor": f"user:{author.pk}"} if author else {}
    payload = {**case.facts(), "source": case.source, **actor}
    outbox.record("case.opened", payload, at=case.opened_at)


def say(
    *, case: Case, side: Side, text: str, key: str, at: datetime, author: User | None = None
) -> CaseMessage:
    """Write a message into a case that the caller has locked or just made."""
    return CaseMessage.objects.create(
        case=case, side=side, text=text, key=key, written_at=at, author=author
    )


def read(text: str, *, longest: int, pointer: str, may_lack: bool = False) -> str:
    """Return plain text without what cannot be shown. Raises ValidationFailed."""
    shown = "".join(filter(_is_shown, text.replace("\r\n", "\n"))).strip()
    if len(shown) > longest:
        detail = _("Write at most %(longest)d characters.") % {"longest": longest}
        raise ValidationFailed(errors=[FieldRefusal(pointer, "too-long", detail)])
    if not shown and not may_lack:
        raise ValidationFailed(errors=[FieldRefusal(pointer, "required", _("Write something."))])
    return shown


def _is_shown(one: str) -> bool:
    """Say whether it is a line's end, a space of any width, or a character that is seen."""
    return one == "\n" or one.isprintable() or unicodedata.category(one) == "Zs"


def get_due(*, at: datetime) -> datetime:
    """Return by when what arrives now is to be answered."""
    settings = get_settings()
    minutes = settings.answer_hours * 60
    return working.after(start=at, minutes=minutes, hours=_hours_of(settings))


def get_hours() -> Hours:
    """Return when requests are answered, as it is set now."""
    return _hours_of(get_settings())


def get_settings() -> CaseSettings:
    """Return what is set, or what holds where nobody set anything."""
    return CaseSettings.objects.first() or CaseSettings()


def days_in(text: str) -> Sequence[date]:
    """Read days, one a line. Raises ValueError."""
    return [date.fromisoformat(line.strip()) for line in text.splitlines() if line.strip()]


def _hours_of(settings: CaseSettings) -> Hours:
    return Hours(
        zone=books.get_book().zone,
        opens=settings.opens_at,
        closes=settings.closes_at,
        weekdays=frozenset(int(day) for day in settings.weekdays),
        holidays=frozenset(days_in(settings.holidays)),
    )


def _lock(member: Member) -> Member:
    """Lock who a member is now: whoever was merged leads to the survivor."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.get(pk=member.pk)
    survivor = locked.merged_into_id
    return locked if survivor is None else rows.get(pk=survivor)


def _digest(key: str) -> str:
    return keys.digest(scope="case", key=key)


def _done(member: Member, key: str) -> Case | None:
    done = Case.objects.with_people().filter(key=key).first()
    if done is not None and done.member_id != member.pk:
        raise KeyReused
    return done
