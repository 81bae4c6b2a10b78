"""What members said about being written to, and to which text. Nothing is overwritten."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from loyalty.events import outbox
from members import blocking, consent_texts
from members.models import Consent, Member


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer: for which channel and purpose, yes or no, to which version of the text."""

    channel: str
    purpose: str
    is_given: bool
    text_version: str
    where: str = ""


@transaction.atomic
def say(*, member: Member, said: Said, at: datetime, actor: str = "") -> Consent:
    """Keep an answer. It is in force from now on for its channel and purpose.

    The same answer to the same text again changes nothing and returns the one in force.
    Raises MemberClosed, or MemberMerged: who left is asked nothing more.
    """
    # Two answers at once queue here, so that the last one written is the one in force.
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    blocking.check_is_current(member=member)
    last = get_in_force(member=member).get((said.channel, said.purpose))
    if last and (last.is_given, last.text_version) == (said.is_given, said.text_version):
        return last
    consent = row(member=member, said=said, at=at, actor=actor)
    consent.save(force_insert=True)
    payload = {
        "member": member.public_id,
        "channel": said.channel,
        "purpose": said.purpose,
        "is_given": said.is_given,
    }
    outbox.record("member.updated", payload, at=at)
    return consent


def withdraw(
    *, member: Member, channel: str, purpose: str, at: datetime, where: str = "", actor: str = ""
) -> Consent | None:
    """Take back what was given, at once. Nothing given is nothing to take back: None."""
    last = get_in_force(member=member).get((channel, purpose))
    if last is None or not last.is_given:
        return None
    said = Said(
        channel=channel,
        purpose=purpose,
        is_given=False,
        text_version=last.text_version,
        where=where,
    )
    return say(member=member, said=said, at=at, actor=actor)


def get_in_force(*, member: Member) -> dict[tuple[str, str], Consent]:
    """Return the last answer for each (channel, purpose). Absent means never asked."""
    answers = Consent.objects.filter(member=member).order_by("said_at", "pk")
    return {(answer.channel, answer.purpose): answer for answer in answers}


def is_allowed(*, member: Member, channel: str, purpose: str) -> bool:
    """Say whether the member's last answer is yes. Never asked is no."""
    answer = get_in_force(member=member).get((channel, purpose))
    return answer is not None and answer.is_given


def row(*, member: Member, said: Said, at: datetime, actor: str = "") -> Consent:
    """Return an answer as a row not yet saved, for those who write many."""
    return Consent(
        member=member,
        channel=said.channel,
        purpose=said.purpose,
        is_given=said.is_given,
        text_version=said.text_version,
        said_at=at,
        said_where=said.where,
        recorded_by=actor,
    )


def object_to(
    *, member: Member, channel: str, purpose: str, at: datetime, where: str = "", actor: str = ""
) -> Consent:
    """Note that a member wants none of what needs no agreement and may be objected to, at once.

    Raises MemberClosed, or MemberMerged.
    """
    text = consent_texts.current(channel=channel, purpose=purpose)
    version = text.version if text else ""
    said = Said(
        channel=channel, purpose=purpose, is_given=False, text_version=version, where=where
    )
    return say(member=member, said=said, at=at, actor=actor)


def has_objected(*, member: Member, channel: str, purpose: str) -> bool:
    """Say whether the member's last answer is no. Never asked is no objection."""
    answer = get_in_force(member=member).get((channel, purpose))
    return answer is not None and not answer.is_given


def get_objectors(*, member_ids: Iterable[int], channel: str, purpose: str) -> set[int]:
    """Return those of some members whose last answer is no. Never asked is no objection."""
    said = Consent.objects.in_force().filter(channel=channel, purpose=purpose, is_given=False)
    return set(said.filter(member__in=list(member_ids)).values_list("member_id", flat=True))


def rows(*, members: Iterable[tuple[Member, Iterable[Said]]], actor: str = "") -> list[Consent]:
    """Return the answers people gave when they enrolled, as rows not yet saved."""
    return [
        row(member=member, said=said, at=member.enrolled_at, actor=actor)
        for member, answers in members
        for said in answers
    ]
