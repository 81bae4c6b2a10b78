"""What a rule can say, and how it is written as JSON. Pure.

    {"when": {"event": "purchase", "categories": ["coffee"], "weekdays": [6, 7]},
     "then": {"give": "rate", "points": "1", "per_cents": 100, "pending_days": 14},
     "limits": {"per_purchase": 500, "per_member": {"day": {"points": 100, "times": 2}},
                "budget_points": 50000, "cooldown_hours": 24},
     "stacking": {"group": "base", "mode": "best"}}

Fields that say nothing are left out. A field nobody knows is refused.
"""

from loyalty.programmes.terms.gifts import MOST_CENTS
from loyalty.programmes.terms.limits import MOST_POINTS, Cap, Limits, Period, Surplus, window
from loyalty.programmes.terms.reading import read
from loyalty.programmes.terms.sayings import (
    TOLD,
    Effect,
    Event,
    Fixed,
    Gift,
    Give,
    Holds,
    Kind,
    Multiplier,
    PerUnit,
    Rate,
    Stacking,
    Terms,
    Then,
    When,
    give_of,
)
from loyalty.programmes.terms.writing import write

__all__ = [
    "MOST_CENTS", "MOST_POINTS", "TOLD", "Cap", "Effect", "Event", "Fixed", "Gift", "Give",
    "Holds", "Kind", "Limits", "Multiplier", "PerUnit", "Period", "Rate", "Stacking", "Surplus",
    "Terms", "Then", "When", "give_of", "read", "window", "write",
]  # fmt: skip
