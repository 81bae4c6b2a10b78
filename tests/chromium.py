"""The browser of the machine: tests drive it and never download one."""

import os
import shutil
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> Path | None:
    """Return CHROMIUM, or the first browser found; None where there is none."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    return _MAC if _MAC.exists() else None


def get_or_skip() -> Path:
    """Return the browser; without one skip the test, or fail it where CI requires one."""
    found = find()
    if found is None and os.environ.get("REQUIRE_CHROMIUM"):
        pytest.fail("REQUIRE_CHROMIUM is set and there is no Chromium on this machine.")
    if found is None:
        pytest.skip("There is no Chromium on this machine.")
    return found
