"""Personal offers: rules for the members of a list, who are shown them while they hold."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.programmes import counting, revising
from loyalty.programmes.counters import Counters, Used
from loyalty.programmes.models import Rule, Segment
from loyalty.programmes.rulebook import Rulebook, RuleTerms, Version
from loyalty.programmes.terms.limits import Cap, Period
from members import owning, segmenting
from members.models import Member, SegmentStay
from members.segmenting import Assigned

MAKES = "programmes.add_rule"


class OfferCodeTaken(Refusal):
    code = "offer-code-taken"
    title = _("A rule or a segment has this code already.")


class NobodyListed(Refusal):
    code = "nobody-listed"
    title = _("The list names no member.")


@dataclass(frozen=True, kw_only=True)
class Offered:
    """An offer that holds for a member, and its first and last days where it has them."""

    rule: RuleTerms
    version: Version
    first_day: date | None = None
    last_day: date | None = None


@transaction.atomic
def make(
    *,
    code: str,
    name_fr: str,
    name_en: str,
    member_ids: Collection[int],
    by: User,
    at: datetime,
) -> Rule:
    """Make the draft of a rule for these members alone; what it gives is published as any rule's.

    Raises permitting.NotPermitted, owning.OwnCard where `by` is among them, NobodyListed, or
    OfferCodeTaken.
    """
    _check(member_ids, by)
    if any(model.objects.filter(code=code).exists() for model in (Rule, Segment)):
        raise OfferCodeTaken
    names = {"code": code, "name_fr": name_fr, "name_en": name_en}
    audience = Segment.objects.create(**names)
    done = segmenting.assign(code=code, member_ids=member_ids, at=at)
    rule = Rule(**names, audience=audience)
    _save(rule, f"offered to {done.joined} members")
    return rule


@transaction.atomic
def give_to(*, rule: Rule, member_ids: Collection[int], by: User, at: datetime) -> Assigned:
    """Let an offer be for exactly these members from now on. Raises as `make`.

    What it gave stays given.
    """
    _check(member_ids, by)
    rows = Rule.objects.select_related("audience").select_for_update(of=("self",))
    locked = rows.get(pk=rule.pk)
    if locked.audience is None:
        raise segmenting.UnknownSegment
    done = segmenting.assign(code=locked.audience.code, member_ids=member_ids, at=at)
    _save(locked, f"offered to {len(member_ids)} members: {done.joined} more, {done.left} less")
    return done


def _check(member_ids: Collection[int], by: User) -> None:
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=MAKES)
    if not member_ids:
        raise NobodyListed
    if owning.get_own(users=[user]).intersection(member_ids):
        raise owning.OwnCard


def _save(rule: Rule, reason: str) -> None:
    rule._change_reason = reason  # type: ignore[attr-defined]
    rule.save()
    revising.touch()


def get_offers(*, member: Member, at: datetime, book: Rulebook) -> list[Offered]:
    """Return the offers that a member can use, those that end first before the others.

    No statement where no rule is an offer; one for the member's segments, and one or two more
    where an offer has limits. What somebody is held out of, or has had in full, is not shown.
    """
    day = book.business_day(at)
    running = [one for one in _running(at, book) if not _is_over(one, day)]
    if not running:
        return []
    stays = SegmentStay.objects.filter(member=member).at(at)
    segments = set(stays.values_list("segment__code", flat=True))
    mine = [one for one in running if _is_for(one, member, segments)]
    left = _usable(mine, member, at, book)
    return sorted(left, key=lambda one: (one.last_day or date.max, one.rule.code))


def _running(at: datetime, book: Rulebook) -> Iterator[Offered]:
    for rule in book.rules:
        campaign, version = rule.campaign, rule.version_at(at)
        if not rule.audience or version is None or (campaign and not campaign.runs_at(at)):
            continue
        when = version.terms.when
        ends = [version.ends_at, campaign.ends_at if campaign else None]
        last_days = [when.to_day, *(book.last_day(end) for end in ends if end)]
        yield Offered(
            rule=rule,
            version=version,
            first_day=when.from_day,
            last_day=min((last for last in last_days if last), default=None),
        )


def _is_over(offered: Offered, day: date) -> bool:
    return offered.last_day is not None and offered.last_day < day


def _is_for(offered: Offered, member: Member, segments: set[str]) -> bool:
    campaign = offered.rule.campaign
    is_held_out = campaign is not None and campaign.holds_out(member.public_id)
    return offered.rule.audiences <= segments and not is_held_out


def _usable(
    mine: Iterable[Offered], member: Member, at: datetime, book: Rulebook
) -> Iterator[Offered]:
    """Leave out what the member, or everybody, has had all that there will ever be of."""
    known: dict[str, Counters] = {}
    for one in mine:
        event = one.version.terms.when.event
        if event not in known:
            known[event] = _get_counters(member, at, book, event)
        if not _is_used_up(one, known[event], book):
            yield one


def _get_counters(member: Member, at: datetime, book: Rulebook, event: str) -> Counters:
    day = book.business_day(at)
    tally = counting.get_tally(
        holders=[member.holder_id], moments=[(at, day)], book=book, event=event
    )
    return tally.counters(holder=member.holder_id, at=at, day=day, book=book, event=event)


def _is_used_up(offered: Offered, counters: Counters, book: Rulebook) -> bool:
    rule, limits = offered.rule, offered.version.terms.limits
    had = counters.of(rule=rule.code, window=Period.EVER.value)
    caps = [cap for cap in limits.per_member if cap.period is Period.EVER]
    budgets = book.budgets(rule, limits)
    return any(_is_full(cap, had) for cap in caps) or any(
        counters.budgets.get(name, 0) >= most for name, most in budgets
    )


def _is_full(cap: Cap, had: Used) -> bool:
    has_often = cap.times is not None and had.times >= cap.times
    return has_often or (cap.points is not None and had.points >= cap.points)
