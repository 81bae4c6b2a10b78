"""What a member is asked to consent to, what they answer now, and what they ever answered."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from members import consent_texts, words
from members.models import Consent, ConsentChannel, ConsentPurpose, Member

HERE = "portal"
_TITLES: dict[tuple[str, str], Promise] = {
    ("EMAIL", "MARKETING"): gettext_lazy("Offers and news by e-mail"),
    ("SMS", "MARKETING"): gettext_lazy("Offers and news by SMS"),
    ("POST", "MARKETING"): gettext_lazy("Offers and news by post"),
    ("PHONE", "MARKETING"): gettext_lazy("Offers and news by phone"),
    ("EMAIL", "PROFILING"): gettext_lazy("Offers chosen from your purchases, by e-mail"),
    ("SMS", "PROFILING"): gettext_lazy("Offers chosen from your purchases, by SMS"),
    ("POST", "PROFILING"): gettext_lazy("Offers chosen from your purchases, by post"),
    ("PHONE", "PROFILING"): gettext_lazy("Offers chosen from your purchases, by phone"),
    ("EMAIL", "SURVEYS"): gettext_lazy("Questions about how it went, by e-mail"),
    ("SMS", "SURVEYS"): gettext_lazy("Questions about how it went, by SMS"),
    ("POST", "SURVEYS"): gettext_lazy("Questions about how it went, by post"),
    ("PHONE", "SURVEYS"): gettext_lazy("Questions about how it went, by phone"),
}
# As a member says it; the other places have one name for everybody.
_WHERE: dict[str, Promise] = {
    HERE: gettext_lazy("on this page"),
    "join": gettext_lazy("when you joined"),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: when, where and by whom it was recorded, and to which words."""

    is_given: bool
    said_at: datetime
    where: str
    by: str
    version: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """One channel and purpose. `is_given` None: never asked. The last answer comes first.

    Where nothing but an objection counts, `is_open` says that never asked is a yes.
    `text` is what is asked now; without one nothing new can be agreed to, only withdrawn.
    """

    channel: str
    purpose: str
    title: str
    text: str
    version: str
    is_given: bool | None
    since: datetime | None
    answers: Sequence[Answer]
    is_open: bool = False

    # Properties

    @property
    def is_on(self) -> bool:
        return self.is_open if self.is_given is None else self.is_given

    @property
    def anchor(self) -> str:
        return f"{self.channel}-{self.purpose}".lower()

    @property
    def can_agree(self) -> bool:
        return bool(self.version)


def get_questions(*, member: Member) -> list[Question]:
    """Return what is asked now, and whatever else the member ever answered. One statement."""
    answered: dict[tuple[str, str], list[Consent]] = defaultdict(list)
    for row in Consent.objects.filter(member=member).order_by("-said_at", "-pk"):
        answered[row.channel, row.purpose].append(row)
    pairs = [*consent_texts.TEXTS, *sorted(answered.keys() - consent_texts.TEXTS.keys())]
    return [_question(channel, purpose, answered[channel, purpose], member)
            for channel, purpose in pairs]  # fmt: skip


def read_pair(*, channel: str, purpose: str) -> tuple[str, str] | None:
    """Return a channel and purpose that exist, as sent by a form; None for any other."""
    is_known = channel in ConsentChannel.values and purpose in ConsentPurpose.values
    return (channel, purpose) if is_known else None


def _question(channel: str, purpose: str, rows: list[Consent], member: Member) -> Question:
    text = consent_texts.current(channel=channel, purpose=purpose)
    return Question(
        channel=channel,
        purpose=purpose,
        title=str(_TITLES[channel, purpose]),
        text=text.words(language=_language()) if text else _words(rows[0].text_version),
        version=text.version if text else "",
        is_given=rows[0].is_given if rows else None,
        since=rows[0].said_at if rows else None,
        answers=[_answer(row, member) for row in rows],
        is_open=(channel, purpose) in consent_texts.UNLESS_OBJECTED,
    )


def _answer(row: Consent, member: Member) -> Answer:
    return Answer(
        is_given=row.is_given,
        said_at=row.said_at,
        where=str(_WHERE.get(row.said_where) or words.of_place(row.said_where)),
        by=_by(row.recorded_by, member),
        version=row.text_version,
        text=_words(row.text_version),
    )


def _by(actor: str, member: Member) -> str:
    if actor == member.public_id:
        return _("by yourself")
    return _("by our staff") if actor.startswith("user:") else ""


def _words(version: str) -> str:
    text = consent_texts.text_of(version)
    return text.words(language=_language()) if text else ""


def _language() -> str:
    return get_language() or "fr"
