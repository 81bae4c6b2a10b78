from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.core import languages
from members import codes
from members.models.people import Member


class VoucherState(models.TextChoices):
    OPEN = "OPEN", _("open")
    USED = "USED", _("used")
    CANCELLED = "CANCELLED", _("cancelled")


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def open(self, *, at: datetime) -> Self:
        """Return those that a till would take now."""
        return self.filter(state=VoucherState.OPEN, expires_at__gt=at)

    def with_member(self) -> Self:
        return self.select_related("member")


class Voucher(models.Model):
    """A code that a till takes once, until it expires. Expiry is read from its date.

    `origin` is the public id of what gave it: a redemption's, a purchase's. What it stands
    for is copied as it was then: a reward renamed or revalued changes no voucher. A member
    who leaves may still use it until it expires.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="vouchers", db_index=False)
    origin = models.CharField(_("given by"), max_length=40)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    value_cents = models.BigIntegerField(_("worth (cents)"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=VoucherState, default=VoucherState.OPEN
    )
    issued_at = models.DateTimeField(_("issued"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.CharField(_("used by"), max_length=60, blank=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="USED", used_at__isnull=False)
                | (~Q(state="USED") & Q(used_at=None)),
                name="members_voucher_used_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(value_cents=None) | Q(value_cents__gte=0),
                name="members_voucher_worth_is_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "expires_at"], name="members_voucher_of_member"),
            models.Index(fields=["origin"], name="members_voucher_by_origin"),
        ]

    def __str__(self) -> str:
        # The end alone: a page's title is read over a shoulder, and the whole code spends.
        return f"… {self.spelled[-5:]}"

    # Properties

    def facts(self) -> dict[str, Any]:
        """Say what it is in ids and figures, for the outbox: never the code, which spends.

        Needs `with_member`.
        """
        return {
            "origin": self.origin,
            "member": self.member.public_id,
            "expires_at": self.expires_at.isoformat(),
        }

    @property
    def name(self) -> str:
        """What it stands for, in the language of whoever is reading."""
        return languages.in_language(french=self.name_fr, english=self.name_en)

    @property
    def spelled(self) -> str:
        """Its code in groups, as a person reads it aloud."""
        return codes.spell(self.code)
