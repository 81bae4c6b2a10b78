"""Chance that stays as it fell: the number that a text comes to by its hash. Pure."""

import hashlib


def draw(text: str, of: int) -> int:
    """Return a whole number below `of`, each as likely as any other, for ever the same for a text.

    The first eight bytes of its SHA-256, modulo; `expressions.draw` says the same in SQL.
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % of
