"""Opaque, prefixed public ids: `mem_01k…`. They sort by creation, and say nothing else."""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26


def new(prefix: str) -> str:
    """Return a new id: 48 bits of milliseconds, so that indexes stay warm, and 80 of chance."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    characters = []
    for _ in range(_LENGTH):
        number, remainder = divmod(number, 32)
        characters.append(_ALPHABET[remainder])
    return f"{prefix}_{''.join(reversed(characters))}"
