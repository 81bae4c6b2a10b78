"""The colours of the stylesheet: what is written on what can be read, in both schemes."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

READABLE = 4.5
SEEN = 3.0
SURFACES = ("paper", "surface")
WORDS = ("ink", "muted", "brand", "brand-deep", "accent", "good", "warn", "bad", "info")
# What is written on a tint of its own, on a filled button, on the card, in a cell.
PAIRS = [
    *product(WORDS, SURFACES),
    *((name, f"{name}-soft") for name in ("brand", "accent", "good", "warn", "bad", "info")),
    *((name, f"{name}-soft") for name in ("bronze", "silver", "gold", "platinum")),
    *(("ink", f"{name}-soft") for name in ("brand", "accent", "good", "warn", "bad", "info")),
    *(("muted", f"{name}-soft") for name in ("brand", "accent")),
    ("brand-deep", "brand-soft"),
    ("ink", "line"),
    *(("on-brand", name) for name in ("brand", "brand-deep")),
    *(("on-danger", name) for name in ("danger", "danger-deep")),
    *((name, "card") for name in ("card-ink", "card-quiet")),
    *(("on-heat-low", f"heat-{tint}") for tint in range(7)),
    *(("on-heat-high", f"heat-{tint}") for tint in range(7, 11)),
]
LINES = [*product((f"series-{number}" for number in range(1, 7)), SURFACES)]


def stylesheet() -> str:
    found = finders.find("loyalty/loyalty.css")
    assert isinstance(found, str)
    return Path(found).read_text("utf-8")


def schemes() -> list[dict[str, str]]:
    """Return the tokens of each list: light, dark when chosen, dark when the device asks."""
    lists = re.findall(r"color-scheme: (?:light|dark);\s((?:\s+--[\w-]+: [^;]+;)+)", stylesheet())
    return [dict(re.findall(r"--([\w-]+): ([^;]+);", tokens)) for tokens in lists]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return WCAG's ratio of two colours: 21 for black on white, 1 for the same twice."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def faint(pairs: list[tuple[str, str]], tokens: dict[str, str], least: float) -> list[str]:
    return [
        f"{words} on {ground}: {ratio:.2f}"
        for words, ground in pairs
        if (ratio := contrast(tokens[words], tokens[ground])) < least
    ]


def test_the_ratio_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


class TestTokens:
    def test_are_the_same_in_the_dark_whether_chosen_or_asked_for(self):
        light, chosen, asked = schemes()
        assert chosen == asked
        assert set(chosen) == set(light) - {"radius", "sans"}

    @pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
    def test_of_words_are_read_on_what_they_stand_on(self, scheme: int):
        assert faint(PAIRS, schemes()[scheme], READABLE) == []

    @pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
    def test_of_lines_and_edges_are_seen(self, scheme: int):
        edges = [("muted", "surface"), ("brand", "brand-soft"), ("danger", "surface")]
        assert faint(LINES + edges, schemes()[scheme], SEEN) == []
