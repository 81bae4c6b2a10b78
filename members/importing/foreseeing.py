"""How many points a purchase file would give, at most: what nobody may let through alone."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.programmes.ladder import Rung
from loyalty.programmes.rules import Award
from members import bonuses, enrolling, facts, labelling, recalling, weighing
from members.importing import booking, gathering, staging
from members.importing.staging import StagedRow, Terms
from members.models import Member
from members.recalling import Recalled
from members.selling import Sale


class Foresight:
    """Weighs the rows of a file that would be booked, chunk by chunk.

    Each at the tier that gives it most, since the file itself lets members climb: never less
    than what booking it gives, and the same where no rule asks for a tier.
    """

    def __init__(self, *, terms: Terms) -> None:
        ladder = terms.book.ladder
        self._terms, self._book = terms, terms.book
        self._tiers: tuple[Rung | None, ...] = (None, *(ladder.rungs if ladder else ()))
        self._new: dict[str, Member] = {}
        # What each would have carried over by then, had they been of that tier all along.
        self._new_here = Recalled(visits=0 if terms.book.most_visits else None)
        self._recalled: dict[tuple[str, str | None], Recalled] = {}

    def points_of(self, rows: Sequence[StagedRow]) -> int:
        """Return the most points that some rows would give, in all wallets.

        One statement, and one for each sort of thing that rules look up.
        """
        asked = {row.member_reference for row in rows if row.member_reference}
        known = gathering.find(references=asked)
        self._recall(list(known.values()))
        labels = labelling.get_labels(skus=staging.skus_of(rows=rows), book=self._book)
        points = 0
        for row in rows:
            if not row.member_reference:
                continue
            member = known.get(row.member_reference) or self._new.get(row.member_reference)
            if member is None:
                member = Member(enrolled_at=min(row.occurred_at, self._terms.latest))
                self._new[row.member_reference] = member
                points += self._welcome(member, at=member.enrolled_at)
            sale = booking.sale_of(row=row, at=self._terms.latest, stores=self._terms.stores)
            sale = labelling.labelled(sale=sale, labels=labels, member=member)
            points += self._of_sale(sale, member, member.public_id or row.member_reference)
        return points

    def _recall(self, members: Sequence[Member]) -> None:
        book = self._book
        found = recalling.get_recalled(member_ids=[one.pk for one in members], book=book)
        for member in members:
            for tier in self._tiers:
                place = (member.public_id, tier.code if tier else None)
                self._recalled.setdefault(place, found[member.pk])

    def _welcome(self, member: Member, *, at: datetime) -> int:
        awards = [
            bonuses.award_for(
                event=enrolling.EVENT, member=member, tier=tier, at=at, book=self._book
            )
            for tier in self._tiers
        ]
        return max(map(_given, awards))

    def _of_sale(self, sale: Sale, member: Member, reference: str) -> int:
        return max(_given(self._award(sale, member, tier, reference)) for tier in self._tiers)

    def _award(self, sale: Sale, member: Member, tier: Rung | None, reference: str) -> Award:
        place = (reference, tier.code if tier else None)
        recalled = self._recalled.get(place, self._new_here)
        award = weighing.evaluate(
            sale=sale,
            moment=sale.occurred_at,
            day=self._book.business_day(sale.occurred_at),
            known=facts.of(
                member=member, tier=tier, at=sale.occurred_at, book=self._book, recalled=recalled
            ),
            book=self._book,
        )
        self._recalled[place] = recalling.after(recalled=recalled, award=award)
        return award


def _given(award: Award) -> int:
    return sum(grant.points for grant in award.grants)
