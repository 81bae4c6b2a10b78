"""The demo's campaigns, one of which worked, and an offer for the member who signs in."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.core import zones
from loyalty.demo import credentials, world
from loyalty.identity.models import User
from loyalty.programmes import publishing, revising
from loyalty.programmes.models import Campaign, Rule
from members import offering
from members.models import Member

_WEEK = timedelta(days=7)


def begin(*, today: date, zone: ZoneInfo) -> None:
    """Make the campaigns and publish their rules, before anything is bought."""
    for told in world.CAMPAIGNS:
        first = today + timedelta(days=told.from_day)
        starts_at = zones.start_of_day(day=first, zone=zone)
        campaign = Campaign.objects.create(
            code=told.code,
            name_fr=told.name_fr,
            name_en=told.name_en,
            starts_at=starts_at,
            ends_at=zones.start_of_day(day=first + timedelta(days=told.days), zone=zone),
            target=told.target,
            budget_points=told.budget_points,
            holdout_percent=told.holdout_percent,
        )
        rule = Rule.objects.create(
            code=told.rule, name_fr=told.rule_fr, name_en=told.rule_en, campaign=campaign
        )
        said = {"then": dict(told.then), "when": dict(told.when)}
        publishing.publish(rule=rule, said=said, at=starts_at, actor="demo")
    revising.touch()


def offer(*, today: date, at: datetime) -> None:
    """Offer the first member five times the points on coffee until the end of the week."""
    code, name_fr, name_en = world.OFFER
    by = User.objects.get(email=credentials.ADMINISTRATOR)
    first = Member.objects.filter(email__startswith=credentials.MEMBER)
    rule = offering.make(
        code=code,
        name_fr=name_fr,
        name_en=name_en,
        member_ids=list(first.values_list("pk", flat=True)),
        by=by,
        at=at,
    )
    said = {
        "then": {"give": "multiplier", "factor": "5"},
        "when": {"categories": ["cafe"], "to_day": (today + _WEEK).isoformat()},
    }
    publishing.publish(rule=rule, said=said, at=at, actor="demo")
