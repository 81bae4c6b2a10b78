"""Offers for one member alone, in their words."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import get_language

from loyalty.core.languages import in_language
from loyalty.programmes import naming, summaries
from loyalty.programmes.rulebook import Rulebook
from members import offering
from members.models import Member
from members.offering import Offered


@dataclass(frozen=True, kw_only=True)
class ForYou:
    """An offer for this member alone: what it gives, and on which days."""

    name: str
    says: str
    first_day: date | None
    last_day: date | None


def get_offers(*, member: Member, at: datetime, book: Rulebook) -> tuple[ForYou, ...]:
    """Return what is offered to a member now, what ends first before the others."""
    offers = offering.get_offers(member=member, at=at, book=book)
    return tuple(_for_you(offered, book, day=book.business_day(at)) for offered in offers)


def _for_you(offered: Offered, book: Rulebook, *, day: date) -> ForYou:
    """Say what an offer gives, its days apart; the first one only while it is to come."""
    terms = offered.version.terms
    lasting = replace(terms, when=replace(terms.when, from_day=None, to_day=None))
    names = naming.get_names(revision=book.revision, language=get_language() or "fr")
    first = offered.first_day
    return ForYou(
        name=in_language(french=offered.rule.name_fr, english=offered.rule.name_en),
        says=summaries.summarise(terms=lasting, currency=book.currency, names=names),
        first_day=first if first and first > day else None,
        last_day=offered.last_day,
    )
