from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Right
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from loyalty.core import languages
from members import codes
from members.models.people import Member

# How many characters at the end of a code staff are shown, and may ask for it by.
ENDING = 5


class VoucherState(models.TextChoices):
    OPEN = "OPEN", _("open")
    USED = "USED", _("used")
    CANCELLED = "CANCELLED", _("cancelled")
    EXPIRED = "EXPIRED", _("expired")


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def open(self, *, at: datetime) -> Self:
        """Return those that a till would take now."""
        return self.filter(state=VoucherState.OPEN, expires_at__gt=at)

    def due(self, *, at: datetime) -> Self:
        """Return those whose date is over and that nobody has written down as expired."""
        return self.filter(state=VoucherState.OPEN, expires_at__lte=at)

    def with_member(self) -> Self:
        return self.select_related("member")


def ends_with(code_end: str, *, path: str = "code") -> Exact:
    """Return the condition that a code ends so: five characters, found by index."""
    return Exact(Right(path, ENDING), code_end.strip().upper())


class Voucher(models.Model):
    """A code that a till takes once, until it expires. Expiry is read from its date.

    The night writes EXPIRED down afterwards, and nothing waits for it. A code from somebody
    else is kept without case or separators, and shown as `printed`.

    `origin` is the public id of what gave it: a redemption's, a purchase's. What it stands
    for is copied as it was then: a reward renamed or revalued changes no voucher. A member
    who leaves may still use it until it expires.
    """

    moves_with_member = True

    code = models.CharField(_("code"), max_length=40, unique=True)
    printed = models.CharField(_("as printed"), max_length=40, blank=True)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="vouchers", db_index=False, verbose_name=_("member")
    )
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
            models.Index(
                fields=["issued_at"],
                condition=Q(value_cents__isnull=False),
                name="members_voucher_by_issue",
            ),
            models.Index(
                fields=["expires_at", "id"], condition=Q(state="OPEN"), name="members_voucher_due"
            ),
            models.Index(Right("code", ENDING), name="members_voucher_by_ending"),
        ]

    def __str__(self) -> str:
        # The end alone: a page's title is read over a shoulder, and the whole code spends.
        return f"… {self.spelled[-ENDING:]}"

    # Queries

    def state_at(self, at: datetime) -> VoucherState:
        """Return its state as its date says, whether or not the night has written it down."""
        is_over = self.state == VoucherState.OPEN and self.expires_at <= at
        return VoucherState.EXPIRED if is_over else VoucherState(self.state)

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
        """Its code in groups, as a person reads it aloud, or as somebody else printed it."""
        return self.printed or codes.spell(self.code)
