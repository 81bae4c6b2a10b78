"""Keys of effects: what makes the same request act once, whoever sends it again."""

import hashlib


def digest(*, scope: str, key: str) -> str:
    """Return 64 hex characters for a caller's key: the same key of two callers differs.

    A scope is one of our ids: it holds no NUL, so no two pairs read the same.
    """
    return hashlib.sha256(f"{scope}\0{key}".encode()).hexdigest()
