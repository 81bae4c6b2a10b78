from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Member


class MemberCategory(models.Model):
    """What one member bought of one category in one calendar month, up to the last refresh.

    A receipt with several lines of a category is one of it. Revenue is that of the lines, less
    the goods of the category that came back in the month, whenever they were sold: a month with
    such returns alone has no receipts. Lines without a category, and returns of an amount that
    name no goods, are in no category.
    """

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="+", verbose_name=_("member"), db_index=False
    )
    month = models.DateField(_("month"))
    # As the till said it: a category may be made later than what was sold of it.
    category = models.CharField(_("category"), max_length=40)
    receipts = models.BigIntegerField(_("receipts"))
    revenue_cents = models.BigIntegerField(_("revenue (cents)"))

    class Meta:
        verbose_name = _("member's category")
        verbose_name_plural = _("members' categories")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "month", "category"],
                name="analytics_category_month_is_counted_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["month", "category", "member"], name="analytics_category_by_month"
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.member_id} {self.month:%Y-%m} {self.category}"
