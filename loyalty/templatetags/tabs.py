"""The bar of four on a member's own pages."""

from django import template
from django.template.context import Context
from django.template.loader import get_template

register = template.Library()


@register.simple_block_tag(takes_context=True)
def tabs(context: Context, content: str) -> str:
    """Draw the bar; what is inside the tag says where we are: card, rewards, history or me."""
    shown = {"current": content.strip(), "request": context["request"]}
    return get_template("portal/_tabs.html").render(shown)
