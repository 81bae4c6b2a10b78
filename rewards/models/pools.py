from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class VoucherPool(models.Model):
    """Codes that somebody else made, to be given one by one: a cinema's tickets, say."""

    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("voucher pool")
        verbose_name_plural = _("voucher pools")

    def __str__(self) -> str:
        return self.name


class PoolCodeQuerySet(models.QuerySet["PoolCode"]):
    def free(self) -> Self:
        return self.filter(given_at=None)


class PoolCode(models.Model):
    """One code of a pool, given once. It stays here when its voucher is cancelled.

    `code` is what is looked for, without case or separators; `printed` is what is shown.
    """

    pool = models.ForeignKey(
        VoucherPool, models.PROTECT, related_name="codes", verbose_name=_("voucher pool")
    )
    code = models.CharField(_("code"), max_length=40, unique=True)
    printed = models.CharField(_("as printed"), max_length=40)
    given_at = models.DateTimeField(_("given"), null=True, blank=True)

    objects = PoolCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("code of a pool")
        verbose_name_plural = _("codes of pools")
        indexes = [
            models.Index(
                fields=["pool", "id"], condition=Q(given_at=None), name="rewards_pool_code_free"
            ),
        ]

    def __str__(self) -> str:
        # The end alone: the whole code spends.
        return f"… {self.printed[-4:]}"
