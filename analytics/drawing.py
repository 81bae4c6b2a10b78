"""Who is drawn, where only a share is asked: by a hash, so that a repeat draws the same. Pure."""

import hashlib

_SHARES = 10_000


def is_drawn(*, survey: str, occasion: str, percent: int) -> bool:
    """Say whether an occasion is among the `percent` of them that a survey asks about.

    Decided by both ids alone. A larger share draws the same occasions, and more.
    """
    digest = hashlib.sha256(f"{survey}|{occasion}".encode()).digest()
    return int.from_bytes(digest[:8]) % _SHARES < percent * (_SHARES // 100)
