from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.identity.models import User
from members.models.people import Member


class MemberNote(models.Model):
    """What somebody of the staff wrote down about a member, for the others. It can be erased."""

    moves_with_member = True

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="notes", verbose_name=_("member")
    )
    text = models.CharField(_("note"), max_length=1_000)
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by"),
        db_index=False,
    )  # fmt: skip
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d}"
