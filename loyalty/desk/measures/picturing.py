"""A chart as a picture: the same drawing as on the page, with what it says around it, as PNG.

The font is ours, so that a picture is the same on every server.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import resvg_py
from django.template.loader import render_to_string
from django.utils.translation import get_language

_FONTS = Path(__file__).parent / "fonts"
# Twice as many dots as the drawing has: it is read on paper, too.
_ZOOM = 2.0


def draw(
    *,
    title: str,
    about: str,
    foot: str,
    drawing: str,
    told: Mapping[str, Any],
    has_year_line: bool = False,
) -> bytes:
    """Return a chart as PNG, 1520 dots wide, with what it shows above it and whose it is below.

    `drawing` is the template that draws it, of what is told, 720 by 240.
    """
    svg = render_to_string(
        "desk/measures/_picture.html",
        {
            **told,
            "title": title,
            "about": about,
            "foot": foot,
            "drawing": drawing,
            "has_year_line": has_year_line,
        },
    )
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=_ZOOM,
            skip_system_fonts=True,
            font_dirs=[str(_FONTS)],
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
            languages=[(get_language() or "fr")[:2]],
        )
    )
