"""Looks for known holes in what is locked: `python -m tests.audit`.

Where the advisories cannot be reached it says that nothing was audited and lets the rest of
the lint go on; REQUIRE_AUDIT=1 makes that a failure.
"""

import os
import subprocess
import sys

_LOCKS = ("requirements/run.txt", "requirements/dev.txt")
_UNREACHABLE = (
    "could not be audited",
    "Connection",
    "Failed to upgrade",
    "timed out",
    "Max retries",
)


def main() -> int:
    """Return 0 when no lock has a known hole."""
    return max(_audit(lock) for lock in _LOCKS)


def _audit(lock: str) -> int:
    # Without --strict it can say that no hole is known having looked at nothing.
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes",
         "--progress-spinner=off", "-r", lock],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    words = done.stdout + done.stderr
    if done.returncode and any(sign in words for sign in _UNREACHABLE):
        sys.stdout.write(f"{lock} was not audited: the advisories cannot be reached from here.\n")
        return int(bool(os.environ.get("REQUIRE_AUDIT")))
    sys.stdout.write(words if done.returncode else f"{lock} has no known hole.\n")
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
