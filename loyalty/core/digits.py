"""Whole numbers that addresses and forms carry as text: of rows, pages, months. Pure."""

# A row's number is of 64 bits with a sign; Python itself refuses to read thousands of digits.
_LONGEST = 18


def read(text: str) -> int | None:
    """Return the number that ASCII digits spell, 18 at most; None of anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return int(text) if is_number else None
