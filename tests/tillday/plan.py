"""What the tills will do on a day: drawn from a seed, then shuffled. It knows no HTTP."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

# What needs the id that the operation before it was answered; the others need its key at most.
BY_ID = frozenset({"attach", "cancel", "capture", "void", "reuse", "same-receipt"})
MOST_TIMES = 4
COST, RARE_STOCK = 50, 5
SHARED, RICH = "shared", 5_000

_KINDS = {
    "sell": 30, "sell-nobody": 8, "enrol": 5, "sell-newcomer": 7, "attach": 6,
    "return": 10, "redeem": 10, "redeem-rare": 3, "cancel": 5,
    "hold": 8, "capture": 4, "void": 3, "reuse": 3, "same-receipt": 3,
}  # fmt: skip
# Of what kind the operation is that one refers to.
_PARENTS = {
    "sell-newcomer": ("enrol",), "attach": ("sell-nobody",), "return": ("sell",),
    "cancel": ("redeem",), "capture": ("hold",), "void": ("hold",),
    "reuse": ("sell", "redeem"), "same-receipt": ("sell",),
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """One thing a till does. `name` is its Idempotency-Key; `after` names the one it refers to.

    `amount` is whole euros of a sale or a return, or points of a hold.
    """

    name: str
    kind: str
    member: str = ""
    amount: int = 0
    after: str = ""


@dataclass
class Day:
    """One till's: what it does first, and then each operation once to four times, shuffled."""

    till: str
    operations: dict[str, Operation] = field(default_factory=dict)
    sends: list[str] = field(default_factory=list)

    @property
    def careful(self) -> tuple[str, str]:
        """Its own members: who brings goods back, and who has points held."""
        return f"{self.till}-returns", f"{self.till}-holds"


def draw(*, till: str, operations: int, seed: int) -> Day:
    """Return a day of so many operations, the same for the same seed."""
    chance, day = random.Random(f"{seed}/{till}"), Day(till)
    for number in range(operations):
        one = _draw_one(day, f"{till}-{number:04}", chance)
        day.operations[one.name] = one
    places: dict[str, float] = {}
    for one in day.operations.values():
        begins = places[one.after] if one.kind in BY_ID else 0.0
        places[one.name] = chance.uniform(begins, 1)
    sends = [*places.items(), *_again(places, chance)]
    day.sends = [name for name, _place in sorted(sends, key=lambda pair: pair[1])]
    return day


def prologue(*, till: str) -> list[Operation]:
    """Who exists before the day: two members of each till, and one of all who is rich."""
    members = [*Day("a").careful, *Day("b").careful, SHARED]
    enrolled = [Operation(f"{till}-{name}", "enrol-first", name) for name in members]
    return [*enrolled, Operation(f"{till}-rich", "sell", SHARED, RICH)]


def _again(places: dict[str, float], chance: random.Random) -> Iterator[tuple[str, float]]:
    for name, place in places.items():
        for _time in range(chance.randrange(MOST_TIMES)):
            yield name, chance.uniform(place, 1)


def _draw_one(day: Day, name: str, chance: random.Random) -> Operation:
    [kind] = chance.choices(list(_KINDS), list(_KINDS.values()))
    amount = chance.randint(1, 60)
    before = [one for one in day.operations.values() if one.kind in _PARENTS.get(kind, ())]
    if kind == "return":
        before = [one for one in before if one.member == day.careful[0]]
    if kind in _PARENTS:
        if not before:
            return Operation(name, "sell", chance.choice([*day.careful, SHARED]), amount)
        parent = chance.choice(before)
        member = parent.member or chance.choice([*day.careful, SHARED])
        return Operation(name, kind, member, amount, parent.name)
    return Operation(name, kind, _whose(kind, day, chance), amount)


def _whose(kind: str, day: Day, chance: random.Random) -> str:
    if kind in {"enrol", "sell-nobody"}:
        return ""
    if kind == "redeem-rare":
        return SHARED
    if kind == "hold":
        return chance.choice([day.careful[1], SHARED])
    return chance.choice([*day.careful, SHARED])
