"""Voucher codes: unguessable, easy to type, and a slip of the finger is noticed. Pure.

A code is fourteen characters of chance (70 bits) and one that checks them: a sum in the
field of 32 elements with a different weight at each place. Every single wrong character and
every swap of two characters, near or far, is found. Codes that somebody else made are looked
for as they are, without case or separators.

A referral code, which spends nothing and is said aloud, has eight characters of chance (40
bits): of a million members, one guess in a million whose check is right finds somebody.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u00a0": None})
_CHANCE, _CHANCE_TO_SAY = 14, 8
_GROUP, _GROUP_TO_SAY = 5, 3
_SHORTEST, LONGEST = 4, 40
_SEPARATORS = str.maketrans({" ": None, "-": None, "\u00a0": None})


def new() -> str:
    """Return a new code, as it is stored: fifteen characters without separators."""
    return _draw(_CHANCE)


def new_to_say() -> str:
    """Return a new referral code, as it is stored: nine characters without separators."""
    return _draw(_CHANCE_TO_SAY)


def read(typed: str) -> str | None:
    """Return the stored form of what a person typed, or None where it cannot be a code.

    Case, spaces and hyphens do not matter; O is read as 0, I and L as 1.
    """
    return _read(typed, _CHANCE)


def read_said(typed: str) -> str | None:
    """Return the stored form of a referral code, as `read` does of a voucher's."""
    return _read(typed, _CHANCE_TO_SAY)


def fold(typed: str) -> str | None:
    """Return what a code from somebody else is looked for by, or None where it can be none.

    Case, spaces and hyphens do not matter. Four to forty printable characters without accents.
    """
    code = typed.upper().translate(_SEPARATORS)
    is_plain = code.isascii() and code.isprintable()
    return code if is_plain and _SHORTEST <= len(code) <= LONGEST else None


def spell(code: str) -> str:
    """Return a code in groups of five: `7KQ2M-91XTD-0VBGR`."""
    return _grouped(code, _GROUP)


def spell_to_say(code: str) -> str:
    """Return a referral code in groups of three: `7KQ-2M9-1XT`."""
    return _grouped(code, _GROUP_TO_SAY)


def _draw(chance: int) -> str:
    chosen = [secrets.randbelow(32) for _ in range(chance)]
    return "".join(ALPHABET[value] for value in [*chosen, _check(chosen)])


def _read(typed: str, chance: int) -> str | None:
    code = typed.upper().translate(_MISREAD)
    values = [_VALUES.get(character, -1) for character in code]
    if len(values) != chance + 1 or -1 in values:
        return None
    return code if _check(values[:-1]) == values[-1] else None


def _grouped(code: str, size: int) -> str:
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def _check(values: list[int]) -> int:
    """Return Σ value × x^place in GF(32), x being a root of x⁵ + x² + 1."""
    total = 0
    for value in values:
        total = _times_x(total ^ value)
    return total


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled
