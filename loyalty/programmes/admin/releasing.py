"""Publishing from the form: at once, or by a second person where the version may cost much."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from loyalty.identity.models import User
from loyalty.programmes import releasing
from loyalty.programmes.models import RuleVersion


class Releasing:
    """Put before ModelAdmin: what is added is published, or waits. None is ever edited."""

    def save_model(self, request: HttpRequest, obj: RuleVersion, form: Any, change: bool) -> None:
        """Publish, and let the page that follows speak of what was published."""
        released = releasing.release(
            rule=obj.rule,
            said=form.said(),
            by=cast("User", request.user),
            at=form.at,
            **form.moments(),
        )
        if isinstance(released, RuleVersion):
            obj.pk, obj.number = released.pk, released.number

    def log_addition(self, request: HttpRequest, obj: RuleVersion, message: Any) -> Any:
        """Note what was published. What waits is told by its approval."""
        if _waits(obj):
            return None
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def response_add(
        self, request: HttpRequest, obj: RuleVersion, post_url_continue: Any = None
    ) -> HttpResponse:
        if _waits(obj):
            said = _("It may cost so much that a second person must approve it: it waits for one.")
            messages.warning(request, said)
            return redirect("admin:programmes_rule_change", obj.rule_id)
        return super().response_add(request, obj, post_url_continue)  # type: ignore[misc,no-any-return]


def _waits(version: Any) -> bool:
    """Say whether what was sent was not published: then there is no such version."""
    return version.pk is None
