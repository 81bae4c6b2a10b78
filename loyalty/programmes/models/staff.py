from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from loyalty.identity.models import Traced, User
from loyalty.programmes.models.programme import Store


class StoreAssignment(models.Model):
    """A store that somebody of the staff works for. Managers see the members of theirs alone."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="store_assignments", verbose_name=_("user")
    )
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))

    history = HistoricalRecords(bases=[Traced])

    class Meta:
        verbose_name = _("store of a user")
        verbose_name_plural = _("stores of users")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "store"], name="programmes_assignment_is_one_per_store"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.store_id}"
