"""Where somebody stands who was two members, and what they have agreed to.

They keep the better of two tiers, and rise with what both spent. Of two answers about being
written to the stricter one holds: a no of either is a no, and nobody's yes is carried over. To
what holds unless one objects, no answer is a yes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.programmes import ladder as ladders
from loyalty.programmes.ladder import Ladder, Move, Reason, Standing
from loyalty.programmes.rulebook import Rulebook
from members import activity, consent_texts, consenting, moving, standing
from members.consenting import Said
from members.models import Consent, Member, TierChange

HERE, BACK = "merge", "unmerge"

Tier = tuple[str | None, date | None]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two members and the moment at which one goes into the other, or leaves it again."""

    source: Member
    target: Member
    at: datetime
    book: Rulebook


def get_moves(*, pair: Pair) -> Sequence[Move]:
    """Return how the survivor would move on the ladder. Writes nothing.

    Ask before what was bought goes along.
    """
    ladder, day = pair.book.ladder, pair.book.business_day(pair.at)
    if ladder is None:
        return ()
    held = moving.written(member=pair.target, ladder=ladder)
    other = moving.written(member=pair.source, ladder=ladder)
    found = activity.get_activity(
        members=[pair.source, pair.target],
        since=standing.needed_since(day=day, standings=[held, other], ladder=ladder),
        ladder=ladder,
        book=pair.book,
    )
    theirs, both = found[pair.source.pk], found[pair.target.pk].with_all_of(found[pair.source.pk])
    moves = ladders.review(ladder=ladder, standing=held, past=both.past, day=day)
    now = moves[-1].after if moves else held
    brought, _moves = ladders.settle(ladder=ladder, standing=other, past=theirs.past, day=day)
    after = _better(now, brought, ladder)
    if ladder.held(after) == ladder.held(now):
        return moves
    return (*moves, Move(before=now, after=after, reason=Reason.MERGED, day=day))


def _better(one: Standing, other: Standing, ladder: Ladder) -> Standing:
    """Return the better of what two earned, on the better of the floors that they were given."""
    earned = _best(ladder, (one.tier, one.until), (other.tier, other.until))
    given = _best(ladder, (one.given, one.given_until), (other.given, other.given_until))
    return Standing(tier=earned[0], until=earned[1], given=given[0], given_until=given[1])


def _best(ladder: Ladder, *tiers: Tier) -> Tier:
    """Return the highest tier, and of one the later end; the first of equals."""
    return max(tiers, key=lambda one: (ladders.rank_of(ladder.get(one[0])), one[1] or date.max))


def keep_moves(*, pair: Pair, moves: Sequence[Move], actor: str) -> list[int]:
    """Write moves of the survivor down. Returns the keys of the rows."""
    changes = moving.changes_of(
        member=pair.target, moves=moves, at=pair.at, book=pair.book, actor=actor
    )
    moving.keep(changes=changes, book=pair.book, is_historic=False)
    return [change.pk for change in changes]


def stood(*, pair: Pair) -> dict[str, str | None]:
    """Return where the survivor stands, as plain values."""
    if pair.book.ladder is None:
        return {}
    now = moving.written(member=pair.target, ladder=pair.book.ladder)
    return {
        "tier": now.tier,
        "until": now.until.isoformat() if now.until else None,
        "given": now.given,
        "given_until": now.given_until.isoformat() if now.given_until else None,
    }


def take_back_moves(
    *, pair: Pair, given: Sequence[int], before: Mapping[str, str | None], actor: str
) -> None:
    """Let the survivor stand where they `stood`, unless they have moved since; then review them.

    Call it after what was bought has gone back.
    """
    ladder, day = pair.book.ladder, pair.book.business_day(pair.at)
    if ladder is None:
        return
    last = TierChange.objects.filter(member=pair.target).order_by("-changed_at", "-pk").first()
    held, moves = moving.written(member=pair.target, ladder=ladder), list[Move]()
    if last is not None and last.pk in given:
        was = _standing(ladder, before)
        moves.append(Move(before=held, after=was, reason=Reason.UNMERGED, day=day))
        held = was
    found = activity.get_activity(
        members=[pair.target],
        since=standing.needed_since(day=day, standings=[held], ladder=ladder),
        ladder=ladder,
        book=pair.book,
    )
    past = found[pair.target.pk].past
    moves += ladders.review(ladder=ladder, standing=held, past=past, day=day)
    keep_moves(pair=pair, moves=moves, actor=actor)


def _standing(ladder: Ladder, stood: Mapping[str, str | None]) -> Standing:
    """Return what was written down; a tier that left the ladder gives nothing."""
    tier, until = _tier(ladder, stood.get("tier"), stood.get("until"))
    given, given_until = _tier(ladder, stood.get("given"), stood.get("given_until"))
    return Standing(tier=tier, until=until, given=given, given_until=given_until)


def _tier(ladder: Ladder, code: str | None, until: str | None) -> Tier:
    if ladder.get(code) is None:
        return None, None
    return code, date.fromisoformat(until) if until else None


def get_lost(*, source: Member, target: Member) -> list[tuple[Consent | None, Consent]]:
    """Return each yes of the survivor that a no of the other ends, with that no.

    None is a yes where there was no answer: what holds unless one objects.
    """
    theirs, own = consenting.get_in_force(member=source), consenting.get_in_force(member=target)
    return [
        (own.get(asked), no)
        for asked, no in sorted(theirs.items())
        if not no.is_given and _is_yes(own.get(asked), asked)
    ]


def _is_yes(answer: Consent | None, asked: tuple[str, str]) -> bool:
    return asked in consent_texts.UNLESS_OBJECTED if answer is None else answer.is_given


def end_consents(*, pair: Pair, actor: str) -> dict[str, int | None]:
    """Write the stricter answers down. Returns the keys of the new rows with those they ended,
    None where there was none."""
    return {
        str(_say(pair, no, is_given=False, where=HERE, actor=actor)): yes.pk if yes else None
        for yes, no in get_lost(source=pair.source, target=pair.target)
    }


def restore_consents(*, pair: Pair, ended: Mapping[str, int | None], actor: str) -> None:
    """Write down again what was ended without being asked, unless they have answered since.

    No answer is ever deleted: where there was none, the objection is withdrawn by a yes.
    """
    own = consenting.get_in_force(member=pair.target)
    for last in own.values():
        if str(last.pk) in ended:
            key = ended[str(last.pk)]
            like = last if key is None else Consent.objects.get(pk=key)
            _say(pair, like, is_given=True, where=BACK, actor=actor)


def _say(pair: Pair, like: Consent, *, is_given: bool, where: str, actor: str) -> int:
    said = Said(
        channel=like.channel,
        purpose=like.purpose,
        is_given=is_given,
        text_version=like.text_version,
        where=where,
    )
    return consenting.say(member=pair.target, said=said, at=pair.at, actor=actor).pk
