"""The demo's segments: the standard ones, and those who came for coffee lately."""

from datetime import datetime

from analytics.segments import defining
from loyalty.demo import world
from loyalty.programmes import revising


def group(*, at: datetime) -> None:
    """Define them and find their members. Facts must be fresh."""
    defining.add_standard(at=at)
    code, name_fr, name_en, family = world.GROUP
    said = {
        "match": "all",
        "conditions": [
            {"fact": "category", "in": [family], "months": 2},
            {"fact": "consent", "in": ["EMAIL"]},
        ],
    }
    made = defining.make(code=code, name_fr=name_fr, name_en=name_en, said=said, at=at)
    defining.assign(definition=made, at=at)
    revising.touch()
