"""Numbers of the cards we make. Pure.

A number is a 2, fourteen random digits and a check digit (Luhn, ISO/IEC 7812-1 annex B).
Fourteen random digits are 10^14 numbers. With 100 million members, somebody who guesses a
number whose check digit is right hits a member once in 10^14 / 10^8 = a million guesses
(1e-6); who ignores the check digit, once in ten million.
"""

import secrets

LENGTH = 16
PREFIX = "2"


def new() -> str:
    """Return a card number that nobody can foresee."""
    digits = PREFIX + f"{secrets.randbelow(10 ** (LENGTH - 2)):0{LENGTH - 2}d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Return the digit that makes `digits` followed by it pass Luhn's test."""
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(digits))]
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def is_ours(number: str) -> bool:
    """Say whether a number has the shape of those we make, check digit included."""
    return (
        len(number) == LENGTH
        and number.isascii()
        and number.isdigit()
        and number.startswith(PREFIX)
        and check_digit(number[:-1]) == number[-1]
    )
