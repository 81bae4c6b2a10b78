"""What two versions of a rule say differently, in words, in the language being read."""

from dataclasses import dataclass

from loyalty.programmes import summaries
from loyalty.programmes.summaries import Names
from loyalty.programmes.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What is said no more, and what is said now; both in the order of the sentences."""

    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gone or self.new)


def compare(
    *, before: Terms | None, after: Terms, currency: str, names: Names | None = None
) -> Difference:
    """Return what changed; of a first version everything is new."""
    said = summaries.parts(terms=after, currency=currency, names=names)
    was = summaries.parts(terms=before, currency=currency, names=names) if before else []
    return Difference(
        gone=tuple(part for part in was if part not in said),
        new=tuple(part for part in said if part not in was),
    )
