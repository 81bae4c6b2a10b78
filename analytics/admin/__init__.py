"""What staff see of facts, where they enter what it costs, and what members are asked."""

from analytics.admin import facts, money, plan, surveys

__all__ = ["facts", "money", "plan", "surveys"]
