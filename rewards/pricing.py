"""What a reward costs: one price per wallet, and all of them are paid together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loyalty.ledger.balances import Balance
from rewards.models import Reward


@dataclass(frozen=True)
class Price:
    """So much of one wallet."""

    wallet: str
    points: int

    def missing(self, *, balances: Mapping[str, Balance]) -> int:
        """Return what of this price is not there yet."""
        held = balances.get(self.wallet)
        return max(0, self.points - (held.available if held else 0))


def get_prices(reward: Reward) -> Sequence[Price]:
    """Return what it costs now, its first wallet first. No statement after `with_terms`."""
    points = {reward.wallet.code: reward.cost}
    for extra in reward.extra_prices.all():
        points[extra.wallet.code] = points.get(extra.wallet.code, 0) + extra.cost
    return tuple(Price(wallet, cost) for wallet, cost in points.items())
