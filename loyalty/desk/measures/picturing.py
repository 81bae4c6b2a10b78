"""A chart as a picture: the same drawing as on the page, with what it says around it, as PNG.

The font is ours, so that a picture is the same on every server.
"""

from pathlib import Path

import resvg_py
from django.template.loader import render_to_string
from django.utils.translation import get_language

from loyalty.desk.measures.telling import Told

_FONTS = Path(__file__).parent / "fonts"
# Twice as many dots as the drawing has: it is read on paper, too.
_ZOOM = 2.0


def draw(*, told: Told, period: str, cut: str, unit: str, programme: str) -> bytes:
    """Return the chart of a measure as PNG, 1520 dots wide, with title, period, cut and unit."""
    svg = render_to_string(
        "desk/measures/_picture.html",
        {"told": told, "period": period, "cut": cut, "unit": unit, "programme": programme},
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
