from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import User
from members.models.people import Member


class MergeQuerySet(models.QuerySet["Merge"]):
    def standing(self) -> "MergeQuerySet":
        """Return those that nobody has undone."""
        return self.filter(undone_at=None)

    def with_people(self) -> "MergeQuerySet":
        return self.select_related("source", "target", "merged_by")


class Merge(models.Model):
    """One membership that went into another of the same person, and what came along.

    `moved` holds, by table, the keys of the rows that changed their member, and of the answers
    about consents that were written for the survivor. The points are the ledger's to remember.
    """

    public_id = models.CharField(_("id"), max_length=40, unique=True, editable=False)
    source = models.ForeignKey(
        Member, models.PROTECT, related_name="merges", verbose_name=_("merged member")
    )
    target = models.ForeignKey(
        Member, models.PROTECT, related_name="arrivals", verbose_name=_("merged into")
    )
    reason = models.CharField(_("reason"), max_length=20)
    key = models.CharField(max_length=64, unique=True, editable=False)
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("merged by"), db_index=False
    )
    moved = models.JSONField(default=dict, editable=False)
    # Where the survivor stood: tiers by code, earned and given, and their last days.
    stood = models.JSONField(default=dict, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("undone by"),
    )  # fmt: skip

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=models.F("target")), name="members_merge_is_of_two"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="members_merge_is_undone_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(undone_at=None),
                name="members_merge_stands_once_for_a_member",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
