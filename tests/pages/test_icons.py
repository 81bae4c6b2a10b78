"""Every icon that a page asks for by name is in the sprite."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders

ROOT = Path(__file__).parent.parent.parent
ASKED = re.compile(r'{%\s*icon\s+"([\w-]+)"')


def sprite() -> set[str]:
    found = finders.find("loyalty/icons.svg")
    assert isinstance(found, str)
    return set(re.findall(r'<symbol id="([\w-]+)"', Path(found).read_text("utf-8")))


def test_icons_of_templates_are_drawn():
    drawn = sprite()
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "templates").rglob("*.html")
        for name in ASKED.findall(path.read_text("utf-8"))
        if name not in drawn
    }
    assert missing == set()
