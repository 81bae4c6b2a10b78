"""Facts that no rule asked for when a purchase was made, found again for a draft that asks now.

What was kept with a purchase counts; what is missing is read from what is known with its dates.
Where nothing can be known, the report says of how many purchases.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce

from loyalty.programmes.rulebook import Rulebook, RuleTerms
from loyalty.programmes.rules import MemberFacts
from members import facts, recalling
from members.models import MemberState, Purchase, SegmentStay
from members.recalling import NOTHING, Recalled

# What is looked up of a member, and kept only where some rule asked and it said something.
_LOOKED_UP = ("segments", "consents", "in_household", "plans")


@dataclass
class Recovery:
    """What a draft asks of members, as of each purchase of a chunk.

    `since` is when each segment that it speaks of first held anybody.
    """

    book: Rulebook
    asked: frozenset[str] = frozenset()
    since: Mapping[str, datetime | None] = field(default_factory=dict)
    _recalled: Mapping[int, Recalled] = field(default_factory=dict)
    _visits: Mapping[int, int] = field(default_factory=dict)
    _before: Counter[str] = field(default_factory=Counter)
    _forgotten: int = 0

    def read(self, purchases: Sequence[Purchase]) -> None:
        """Read what is asked of those who made some purchases: a statement for each sort."""
        members = {purchase.member_id for purchase in purchases if purchase.member_id}
        if not self.asked.isdisjoint(_LOOKED_UP):
            self._recalled = recalling.get_recalled(member_ids=sorted(members), book=self.book)
        if "nth_visit" in self.asked:
            self._visits = _count_before([purchase.pk for purchase in purchases])

    def complete(self, *, purchase: Purchase, known: MemberFacts, moment: datetime) -> MemberFacts:
        """Return the facts kept with a purchase of this chunk, with those that are missing."""
        if purchase.member is None or not self.asked:
            return known
        self._note(purchase, known, moment)
        then = facts.of(
            member=purchase.member,
            tier=None,
            at=moment,
            book=self.book,
            recalled=self._recalled.get(purchase.member.pk, NOTHING),
        )
        missing = [name for name in _LOOKED_UP if not getattr(known, name)]
        found: dict[str, Any] = {name: getattr(then, name) for name in missing}
        if known.visits is None and purchase.pk in self._visits:
            found["visits"] = self._visits[purchase.pk]
        return replace(known, **found)

    def _note(self, purchase: Purchase, known: MemberFacts, moment: datetime) -> None:
        for code, since in self.since.items():
            self._before[code] += since is None or moment < since
        is_gone = purchase.member is not None and purchase.member.state == MemberState.CLOSED
        if "birthday_within_days" in self.asked and is_gone and known.birthday is None:
            self._forgotten += 1

    def as_json(self) -> list[dict[str, Any]]:
        """Return what could not be known, of how many purchases, and since when it is."""
        unknown: list[dict[str, Any]] = [
            {
                "fact": "segment",
                "code": code,
                "since": since.isoformat() if since else None,
                "purchases": self._before[code],
            }
            for code, since in self.since.items()
            if self._before[code]
        ]
        if self._forgotten:
            unknown.append({"fact": "birthday", "purchases": self._forgotten})
        return unknown


def for_draft(*, code: str, book: Rulebook) -> Recovery:
    """Return what it takes to try the rule of a code; nothing for the rules as they are."""
    rule = next((one for one in book.rules if one.code == code), None)
    if rule is None:
        return Recovery(book=book)
    segments = _segments_of(rule)
    asked = {name for version in rule.versions for name in version.asked}
    return Recovery(
        # Nothing else is read than what this rule asks for.
        book=replace(book, rules=(rule,)),
        asked=frozenset(asked | ({"segments"} if segments else set())),
        since=_get_since(segments),
    )


def _segments_of(rule: RuleTerms) -> frozenset[str]:
    said = {code for version in rule.versions for code in version.terms.when.segments}
    return rule.audiences | said


def _get_since(segments: Collection[str]) -> dict[str, datetime | None]:
    stays = SegmentStay.objects.filter(segment__code__in=segments).order_by()
    found = stays.values_list("segment__code").annotate(since=Min("since_at"))
    return dict.fromkeys(sorted(segments)) | dict(found)


def _count_before(keys: Sequence[int]) -> dict[int, int]:
    """Return how many purchases each one's member had made before it, as they were booked."""
    before = Purchase.objects.filter(member=OuterRef("member"), pk__lt=OuterRef("pk"))
    counted = before.order_by().values("member").annotate(visits=Count("pk")).values("visits")
    rows = Purchase.objects.filter(pk__in=keys).annotate(visits=Coalesce(Subquery(counted), 0))
    return dict(rows.values_list("pk", "visits"))
