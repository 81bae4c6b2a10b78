"""How much of what was issued will be redeemed in the end, from how earlier months went. Pure.

Mack, T. (1993), "Distribution-free calculation of the standard error of chain ladder reserve
estimates", ASTIN Bulletin 23(2): factors from age to age, weighted by volume. All months together
have one expected share by the Cape Cod method (Bühlmann and Straub, 1983): what was redeemed so
far over what was issued, each month counting only as far as the factors say it has come. A month
in which nobody has redeemed yet says then that it is young, and not that nobody ever will.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Origin:
    """What one month issued, and how much of it had been redeemed by the end of each age."""

    issued: int
    redeemed: tuple[int, ...]

    # Properties

    @property
    def age(self) -> int:
        return len(self.redeemed) - 1


def factors(origins: Sequence[Origin]) -> list[Fraction | None]:
    """Return by how much what is redeemed grows from each age to the next.

    Over those that have been followed to both; 1 where nothing had been and nothing came, None
    where something came to nothing.
    """
    found: list[Fraction | None] = []
    for age in range(max((origin.age for origin in origins), default=0)):
        followed = [origin.redeemed for origin in origins if origin.age > age]
        before = sum(redeemed[age] for redeemed in followed)
        after = sum(redeemed[age + 1] for redeemed in followed)
        found.append(Fraction(after, before) if before else None if after else Fraction(1))
    return found


def reached(origins: Sequence[Origin]) -> list[Fraction]:
    """Return by age which share of all redemptions has happened: 1 at the last age known."""
    shares = [Fraction(1)]
    for factor in reversed(factors(origins)):
        shares.append(shares[-1] / factor if factor else Fraction(0))
    return shares[::-1]


def ultimates(origins: Sequence[Origin]) -> list[Fraction | None]:
    """Return what of each origin will have been redeemed in the end; None if that is unknown."""
    shares = reached(origins)
    return [
        origin.redeemed[-1] / shares[origin.age] if shares[origin.age] else None
        for origin in origins
    ]


def expected_share(origins: Sequence[Origin]) -> Fraction | None:
    """Return the share of what is issued that will be redeemed; None if nothing ever was."""
    shares = reached(origins)
    redeemed = sum(origin.redeemed[-1] for origin in origins)
    exposed = sum(origin.issued * shares[origin.age] for origin in origins)
    return redeemed / exposed if redeemed and exposed else None
