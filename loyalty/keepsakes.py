"""Small secrets of a demo, made once and kept in its directory for the next start."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def keep(*, path: Path, make: Callable[[], str]) -> str:
    """Return what the file holds; make it the first time, readable by its owner only.

    Two processes that start together agree on the first one's.
    """
    if path.exists():
        return path.read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(make())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="utf-8")
