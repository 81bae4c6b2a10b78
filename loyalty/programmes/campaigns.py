"""What a campaign says to the engine, and who is held out of it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.core import chances

# Draws are of so many, so that a percent is a hundred of them.
DRAWS = 10_000


@dataclass(frozen=True, kw_only=True)
class CampaignTerms:
    """Rules that run together: from when until when, within which budget, without whom.

    `audience` is the segment that they are for, or empty for everybody.
    """

    code: str
    pk: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    holdout_percent: int = 0
    budget_points: int | None = None
    budget_cents: int | None = None
    audience: str = ""

    # Properties

    @property
    def pot(self) -> str:
        """Return the name under which its budget is counted; no rule has such a code."""
        return f"campaign:{self.code}"

    def runs_at(self, moment: datetime) -> bool:
        has_begun = self.starts_at is None or self.starts_at <= moment
        return has_begun and (self.ends_at is None or moment < self.ends_at)

    def holds_out(self, member: str) -> bool:
        return is_held_out(campaign=self.code, member=member, percent=self.holdout_percent)


def is_held_out(*, campaign: str, member: str, percent: int) -> bool:
    """Say whether a member, by their public id, is kept out of a campaign to compare with.

    Decided by a hash of both alone, so before anybody is exposed, the same for ever, and
    anew for each campaign. A larger share holds the same members out, and more. Nobody is
    held out who has no id yet.
    """
    if not (percent and member):
        return False
    return chances.draw(drawn_by(campaign) + member, DRAWS) < held_out_below(percent)


def drawn_by(campaign: str) -> str:
    """Return the text that, with a member's public id behind it, draws for the two."""
    return f"{campaign}|"


def held_out_below(percent: int) -> int:
    """Return the number below which who draws it is held out."""
    return percent * (DRAWS // 100)
