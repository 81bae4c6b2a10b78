"""How a failure is written down: where it came from, never what it held."""

import traceback
from pathlib import Path


def describe(error: BaseException) -> str:
    """Return the kind of an error and the line that raised it.

    Its words are left out: a database quotes the row it refused, with names and addresses.
    """
    kind = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return kind
    return f"{kind} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
