"""What rules count or look up of members beside who they are, read for many at once.

Only what some rule of the book asks for is read, one statement for each sort, however many
members and rules there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Count

from loyalty.programmes.awards import Award, CarriedOver
from loyalty.programmes.rulebook import Rulebook
from members.models import (
    CarriedAmount,
    Consent,
    ConsentPurpose,
    HouseholdStay,
    Purchase,
    SegmentStay,
    Subscription,
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a member said of offers by one channel, and when."""

    channel: str
    said_at: datetime
    is_given: bool


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A segment and how long somebody was in it."""

    segment: str
    since_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Home:
    """How long somebody was in a household."""

    since_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Held:
    """A plan and the days that somebody paid; `ended_at` says when it was over, if it is."""

    plan: str
    since_on: date
    until_on: date
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What is remembered of one member; what no rule asks for is empty.

    `carried` is cents below one step, by rule; `visits` the purchases told so far, counted no
    further than some rule does, or None where none does.
    """

    carried: Mapping[str, int] = field(default_factory=dict)
    answers: Sequence[Answer] = ()
    stays: Sequence[Stay] = ()
    homes: Sequence[Home] = ()
    held: Sequence[Held] = ()
    visits: int | None = None

    def consents_at(self, moment: datetime) -> tuple[str, ...]:
        """Return the channels by which they had agreed to offers, by their last answers."""
        last = {one.channel: one.is_given for one in self.answers if one.said_at <= moment}
        return tuple(sorted(channel for channel, is_given in last.items() if is_given))

    def segments_at(self, moment: datetime) -> tuple[str, ...]:
        stays = {
            stay.segment
            for stay in self.stays
            if stay.since_at <= moment and (stay.until_at is None or moment < stay.until_at)
        }
        return tuple(sorted(stays))

    def is_in_household_at(self, moment: datetime) -> bool:
        return any(
            home.since_at <= moment and (home.until_at is None or moment < home.until_at)
            for home in self.homes
        )

    def plans_at(self, moment: datetime, day: date) -> tuple[str, ...]:
        """Return the plans that were paid for at a moment of a business day."""
        plans = {
            one.plan
            for one in self.held
            if one.since_on <= day <= one.until_on
            and (one.ended_at is None or moment < one.ended_at)
        }
        return tuple(sorted(plans))


NOTHING = Recalled()


def get_recalled(*, member_ids: Sequence[int], book: Rulebook) -> dict[int, Recalled]:
    """Return what the rules may ask of each member. Whoever writes after it has locked first."""
    asked = book.asked
    carried = _carried(member_ids) if "carried" in asked else {}
    answers = _answers(member_ids) if "consents" in asked else {}
    stays = _stays(member_ids) if "segments" in asked else {}
    homes = _homes(member_ids) if "in_household" in asked else {}
    held = _held(member_ids) if "plans" in asked else {}
    visits = _visits(member_ids, most=book.most_visits) if book.most_visits else {}
    return {
        pk: Recalled(
            carried=carried.get(pk, {}),
            answers=answers.get(pk, ()),
            stays=stays.get(pk, ()),
            homes=homes.get(pk, ()),
            held=held.get(pk, ()),
            visits=visits.get(pk, 0) if book.most_visits else None,
        )
        for pk in member_ids
    }


def changes(*, book: Rulebook) -> bool:
    """Say whether what is remembered changes from one purchase of a member to the next."""
    changing = {"carried", "consents", "in_household", "nth_visit", "plans", "segments"}
    return not book.asked.isdisjoint(changing)


def _carried(member_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    amounts = CarriedAmount.objects.filter(member__in=member_ids)
    for pk, rule, cents in amounts.values_list("member_id", "rule", "cents"):
        found[pk][rule] = cents
    return found


def _answers(member_ids: Sequence[int]) -> dict[int, list[Answer]]:
    found: dict[int, list[Answer]] = defaultdict(list)
    said = Consent.objects.filter(member__in=member_ids, purpose=ConsentPurpose.MARKETING)
    rows = said.order_by("said_at", "pk").values_list(
        "member_id", "channel", "said_at", "is_given"
    )
    for pk, channel, said_at, is_given in rows:
        answer = Answer(channel=channel.lower(), said_at=said_at, is_given=is_given)
        found[pk].append(answer)
    return found


def _stays(member_ids: Sequence[int]) -> dict[int, list[Stay]]:
    found: dict[int, list[Stay]] = defaultdict(list)
    stays = SegmentStay.objects.filter(member__in=member_ids)
    rows = stays.values_list("member_id", "segment__code", "since_at", "until_at")
    for pk, segment, since_at, until_at in rows:
        found[pk].append(Stay(segment=segment, since_at=since_at, until_at=until_at))
    return found


def _homes(member_ids: Sequence[int]) -> dict[int, list[Home]]:
    found: dict[int, list[Home]] = defaultdict(list)
    stays = HouseholdStay.objects.filter(member__in=member_ids)
    for pk, since_at, until_at in stays.values_list("member_id", "since_at", "until_at"):
        found[pk].append(Home(since_at=since_at, until_at=until_at))
    return found


def _held(member_ids: Sequence[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = defaultdict(list)
    paid = Subscription.objects.filter(member__in=member_ids)
    rows = paid.values_list("member_id", "plan__code", "since_on", "until_on", "ended_at")
    for pk, plan, since_on, until_on, ended_at in rows:
        held = Held(plan=plan, since_on=since_on, until_on=until_on, ended_at=ended_at)
        found[pk].append(held)
    return found


def _visits(member_ids: Sequence[int], *, most: int) -> dict[int, int]:
    bought = Purchase.objects.filter(member__in=member_ids).order_by().values("member_id")
    counted = bought.annotate(purchases=Count("pk")).values_list("member_id", "purchases")
    return {pk: min(purchases, most) for pk, purchases in counted}


def after(*, recalled: Recalled, award: Award) -> Recalled:
    """Return what is remembered of a member once an award was given for a purchase."""
    carried = {one.rule: one.after_cents for one in award.carried}
    visits = None if recalled.visits is None else recalled.visits + 1
    return replace(recalled, carried={**recalled.carried, **carried}, visits=visits)


def keep(*, carried: Iterable[tuple[int, CarriedOver]]) -> None:
    """Write what awards leave below one step, by member, in one statement; under their locks."""
    latest = {(pk, one.rule): one.after_cents for pk, one in carried}
    if latest:
        CarriedAmount.objects.bulk_create(
            [
                CarriedAmount(member_id=pk, rule=rule, cents=cents)
                for (pk, rule), cents in latest.items()
            ],
            update_conflicts=True,
            unique_fields=["member", "rule"],
            update_fields=["cents"],
        )


def give_back(*, member_id: int, changes: Mapping[str, int]) -> None:
    """Change what rules, by code, carry of a member by some cents; under their locks."""
    now = _carried([member_id]).get(member_id, {}) if changes else {}
    keep(
        carried=[
            (member_id, CarriedOver(rule=rule, before_cents=now.get(rule, 0), after_cents=cents))
            for rule, change in changes.items()
            for cents in [now.get(rule, 0) + change]
        ]
    )
