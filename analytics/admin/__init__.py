"""What staff see of facts, and where they enter what the programme costs."""

from analytics.admin import facts, money

__all__ = ["facts", "money"]
