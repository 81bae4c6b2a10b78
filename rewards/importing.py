"""The catalogue from a file: known rewards are changed, unknown ones are added."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.core import ids
from loyalty.ledger.models import Wallet
from loyalty.programmes import books
from loyalty.programmes.models import Programme
from members.importing import reading, surveying
from members.importing.journal import ChangeReport
from members.importing.reading import LineError, LineRefused, RawRow
from members.importing.surveying import BadFile
from rewards import lines
from rewards.lines import Terms
from rewards.models import Reward, RewardCategory, RewardKind

MOST_LINES = 10_000


class TooManyRewards(BadFile):
    code = "too-many-lines"
    title = gettext_lazy("The file holds more than 10,000 rewards.")


@dataclass(frozen=True)
class _Catalogue:
    """The rewards that lines name, and on which line each came first."""

    there: Mapping[tuple[str, str], Reward]
    wallet: Wallet
    terms: Terms
    seen: dict[int | str, int] = field(default_factory=dict)


@transaction.atomic
def bring_in(
    *, path: Path, mapped: Mapping[str, str] | None = None, is_dry_run: bool = False
) -> ChangeReport:
    """Bring the catalogue to what a file says, all lines that can be at once.

    A line finds its reward by its id or by the merchant's own code. What the file has no
    column for stays; an empty cell empties what may be empty. The stock of a reward that is
    there stays, whatever the file says: members take pieces meanwhile. The same file again
    changes nothing. A dry run says the same and writes nothing. Raises BadFile, or
    books.ProgrammeMissing.
    """
    survey = surveying.survey(path=path)
    found = lines.understand(survey=survey, mapped=mapped)
    rows = list(reading.rows_of(survey=survey, columns=found))
    if len(rows) > MOST_LINES:
        raise TooManyRewards
    catalogue = _Catalogue(
        there=_find(rows),
        wallet=Programme.objects.select_related("spending_wallet").get().spending_wallet,
        terms=Terms(
            book=books.get_book(),
            categories={shelf.code: shelf for shelf in RewardCategory.objects.all()},
        ),
    )
    report = ChangeReport(lines=len(rows))
    for row in rows:
        if isinstance(row, LineError):
            report.refuse(row)
            continue
        try:
            _take(row, catalogue, report, is_dry_run=is_dry_run)
        except LineRefused as refused:
            report.refuse(LineError(row.line, refused.code, refused.detail))
    return report


def _find(rows: Sequence[RawRow | LineError]) -> dict[tuple[str, str], Reward]:
    """Return the rewards that lines name, by either name, locked. Two statements."""
    told = [row.values for row in rows if isinstance(row, RawRow)]
    named = {
        name: {line[column] for line in told if line.get(column)}
        for name, column in (("public_id", "id"), ("external_id", "external_id"))
    }
    there: dict[tuple[str, str], Reward] = {}
    for name, wanted in named.items():
        rewards = Reward.objects.select_for_update(of=("self",)).order_by("pk")
        for reward in rewards.filter(**{f"{name}__in": wanted}):
            there["id", reward.public_id] = reward
            if reward.external_id:
                there["external_id", reward.external_id] = reward
    return there


def _take(row: RawRow, catalogue: _Catalogue, report: ChangeReport, *, is_dry_run: bool) -> None:
    """Count a line, and write what it changes. Raises LineRefused."""
    reward = _reward_of(row, catalogue.there)
    said = lines.read(row=row, terms=catalogue.terms, is_new=reward is None)
    changed = {
        name: value
        for name, value in said.items()
        if reward is None or not lines.is_same(getattr(reward, name), value)
    }
    written = copy(reward) if reward else _new(catalogue.wallet)
    for name, value in changed.items():
        setattr(written, name, value)
    lines.check(reward=written)
    _see(row, written, catalogue)
    report.take(is_new=reward is None, is_changed=bool(changed))
    if not is_dry_run and (reward is None or changed):
        # One by one, so that each keeps its history; its stock is not among what is written.
        written.save(update_fields=list(changed) if reward else None)


def _new(wallet: Wallet) -> Reward:
    return Reward(public_id=ids.new("rew"), wallet=wallet, kind=RewardKind.PRODUCT)


def _see(row: RawRow, reward: Reward, catalogue: _Catalogue) -> None:
    """Remember whose a line is. Raises LineRefused where another line was the same one's."""
    names: list[int | str] = [name for name in (reward.pk, reward.external_id) if name]
    for name in names:
        if name in catalogue.seen:
            detail = _("The same reward as on line %(line)d.") % {"line": catalogue.seen[name]}
            raise LineRefused("twice-in-file", detail)
    catalogue.seen.update(dict.fromkeys(names, row.line))


def _reward_of(row: RawRow, there: Mapping[tuple[str, str], Reward]) -> Reward | None:
    """Return the reward that a line names, None for a new one. Raises LineRefused."""
    public_id, code = row.values.get("id", ""), row.values.get("external_id", "")
    by_code = there.get(("external_id", code))
    if not public_id:
        if not code:
            raise LineRefused("missing-value", _("Neither an id nor a code."))
        return by_code
    by_id = there.get(("id", public_id))
    if by_id is None:
        raise LineRefused("unknown-reward", _("There is no reward with this id."))
    if by_code not in (None, by_id):
        raise LineRefused("in-use", _("Another reward has this code."))
    return by_id
