"""What campaigns changed: what members spent who could get something, against those held out.

Who is held out was decided by a hash before anybody was exposed, and stays (`is_held_out`); the
database computes it as well. On each side everybody counts, also those who bought nothing:
whoever was not tempted is part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet

from analytics import tallies, welch
from analytics.periods import Period
from analytics.queries import Part, Query, compose, get_rows
from analytics.scopes import Scope
from analytics.welch import Difference, Sample
from loyalty.core import expressions, zones
from loyalty.programmes import campaigns
from loyalty.programmes.models import Campaign
from members import segmenting
from members.models import Member, MemberState

_AN_INSTANT = timedelta(microseconds=1)
# What somebody spent, as a whole number of these and a rest: products of the two stay so small
# that a database adds those of everybody up exactly, where squares of cents would overflow.
_STEP = 100_000

_SIDES = """
SELECT who.pk AS member_id,
       CASE WHEN who.public_id <> '' AND {draw} < {below} THEN 1 ELSE 0 END AS is_out
FROM {audience} AS who
"""

_SHARES = """
SELECT is_out, COUNT(*), SUM(cents), SUM(steps * steps), SUM(steps * rest), SUM(rest * rest)
FROM (SELECT is_out, cents, cents / {step} AS steps, cents - cents / {step} * {step} AS rest
      FROM (SELECT sides.is_out, COALESCE(spent.revenue_cents, 0) AS cents
            FROM {sides} AS sides LEFT JOIN {spent} AS spent
              ON spent.member_id = sides.member_id) AS each_one) AS in_steps
GROUP BY is_out
"""


@dataclass(frozen=True)
class Shares:
    """Members of a campaign's audience who could get something, and those held out.

    Of each what they spent in its days, in cents, less what they returned in them.
    """

    treated: Sample
    held_out: Sample

    # Properties

    @property
    def is_comparable(self) -> bool:
        return min(self.treated.count, self.held_out.count) > 1

    @property
    def difference(self) -> Fraction:
        """By how many cents a treated member spent more, exactly. Needs somebody on both sides."""
        return _mean(self.treated) - _mean(self.held_out)


@dataclass(frozen=True)
class Effect:
    """What the campaigns of a period changed together: each weighs by its treated members."""

    shares: dict[str, Shares]
    difference: Difference | None

    # Properties

    @property
    def treated(self) -> int:
        return sum(one.treated.count for one in self.shares.values())

    @property
    def held_out(self) -> int:
        return sum(one.held_out.count for one in self.shares.values())

    @property
    def incremental_cents(self) -> Fraction:
        """What treated members spent more than they would have, all together."""
        found = (one.difference * one.treated.count for one in self.shares.values())
        return sum(found, Fraction(0))


def get_effect(scope: Scope) -> Effect:
    """Return what the campaigns changed in the days of the scope in which they ran.

    Of those that held somebody out and have two members at least on either side.
    """
    found = {}
    for campaign in get_campaigns(scope):
        days = _common(days_of(campaign, scope), scope.period)
        shares = get_shares(campaign=campaign, days=days, at=scope.end_at)
        if shares.is_comparable:
            found[campaign.code] = shares
    pairs = [(one.treated, one.held_out) for one in found.values()]
    return Effect(found, welch.pool(pairs))


def get_campaigns(scope: Scope) -> Sequence[Campaign]:
    """Return the campaigns with members held out that ran in the scope, the oldest first."""
    running = Campaign.objects.filter(
        holdout_percent__gt=0, starts_at__lt=scope.end_at, ends_at__gt=scope.start_at
    )
    return list(running.order_by("starts_at", "pk"))


def get_shares(*, campaign: Campaign, days: Period, at: datetime) -> Shares:
    """Add up either side of a campaign, in one statement however many there are."""
    parts: dict[str, Part] = {
        "sides": sides(campaign, at=at),
        "spent": tallies.spent(days, tallies.ALL),
        "step": Query(str(_STEP)),
    }
    found = {is_out: _sample(*sums) for is_out, *sums in get_rows(compose(_SHARES, parts))}
    return Shares(treated=found.get(0, Sample()), held_out=found.get(1, Sample()))


def sides(campaign: Campaign, *, at: datetime) -> Query:
    """One row per member of a campaign's audience: member_id, and is_out, 1 if held out or 0.

    Nobody is on a side until they are asked about: it is what `campaigns.is_held_out` says.
    """
    audience = audience_of(campaign, at=at).values("pk", "public_id")
    parts: dict[str, Part] = {
        "audience": Query(*audience.query.sql_with_params()),
        "draw": Query(
            expressions.draw("CAST(%s AS text) || who.public_id", of=campaigns.DRAWS),
            (campaigns.drawn_by(campaign.code),),
        ),
        "below": campaigns.held_out_below(campaign.holdout_percent),
    }
    return compose(_SIDES, parts)


def _sample(count: int, cents: Any, *products: Any) -> Sample:
    of_steps, of_both, of_rests = map(int, products)
    squares = _STEP * _STEP * of_steps + 2 * _STEP * of_both + of_rests
    return Sample(count, int(cents), squares)


def audience_of(campaign: Campaign, *, at: datetime) -> QuerySet[Member]:
    """Return whom a campaign has been for so far, at any time, those who left it since included.

    Whoever it moves may leave its segment by that, or the programme: all are compared as they
    were drawn. Whoever was merged is the survivor.
    """
    since, until = campaign.starts_at, min(at, campaign.ends_at - _AN_INSTANT)
    there = Member.objects.exclude(state=MemberState.MERGED).filter(
        Q(closed_at=None) | Q(closed_at__gt=since), enrolled_at__lte=until
    )
    if campaign.audience_id is None:
        return there
    within = segmenting.members_within(segment=campaign.audience_id, since=since, until=until)
    return there & within


def days_of(campaign: Campaign, scope: Scope) -> Period:
    """Return the business days on which a campaign runs."""
    first, last = (
        zones.business_day(moment=end, zone=scope.zone)
        for end in (campaign.starts_at, campaign.ends_at - _AN_INSTANT)
    )
    return Period(first, last)


def _common(one: Period, other: Period) -> Period:
    return Period(max(one.first, other.first), min(one.last, other.last))


def _mean(sample: Sample) -> Fraction:
    return Fraction(sample.total, sample.count)
