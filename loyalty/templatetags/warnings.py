"""What a member must know on each of their pages: an erasure that nears, a lock on spending."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

register = template.Library()


@register.inclusion_tag("portal/_warnings.html", takes_context=True)
def warnings(context: Context) -> dict[str, Any]:
    """Draw what stands in the member's own row; it asks the database nothing."""
    request = context["request"]
    member = request.member
    until = member.spending_locked_until
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "erasure_due_at": member.erasure_due_at,
        "locked_until": until if until and until > timezone.now() else None,
    }
