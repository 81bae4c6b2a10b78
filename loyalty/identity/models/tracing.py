from ipaddress import ip_address

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from loyalty.core import requests
from loyalty.identity.models.people import User

# Under which a log entry keeps what a user's rights were and are.
BEFORE_AFTER = "before_after"


def address_of_request() -> str | None:
    """Return where the request being answered comes from; None outside one."""
    request = getattr(HistoricalRecords.context, "request", None)
    try:
        return str(ip_address(requests.get_ip(request))) if request is not None else None
    except ValueError:
        return None


class Traced(models.Model):
    """Put under the history of audited rows: from where each change was asked for."""

    address = models.GenericIPAddressField(
        _("from where"), null=True, default=address_of_request, editable=False
    )

    class Meta:
        abstract = True


class SignIn(models.Model):
    """Somebody of the staff who came in, or was refused: when, how, from where. Never edited.

    What they typed is kept nowhere.
    """

    user = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    how = models.CharField(_("how"), max_length=20)
    is_refused = models.BooleanField(pgettext_lazy("sign-in", "refused"), default=False)
    came_at = models.DateTimeField(_("moment"), db_index=True)
    address = models.GenericIPAddressField(_("from where"), null=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")

    def __str__(self) -> str:
        return f"{self.user_id} {self.came_at:%Y-%m-%d %H:%M}"
