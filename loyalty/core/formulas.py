"""Cells that a spreadsheet would run, made words and back. Pure."""

import re

_RUN = re.compile(r"'*[=+\-@\t\r]")
_STOPPED = re.compile(r"'+[=+\-@\t\r]")


def neutralised(text: str) -> str:
    """Return text that no spreadsheet runs: an apostrophe comes before what begins a formula."""
    return f"'{text}" if _RUN.match(text) else text


def plain(text: str) -> str:
    """Return what `neutralised` was given."""
    return text[1:] if _STOPPED.match(text) else text
