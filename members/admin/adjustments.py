"""Points that staff adjusted by hand, or asked to: to read. Members' pages are where to do it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members.admin.listing import Listed, OfMembers, Shown
from members.models import Adjustment, AdjustmentNote


class AdjustmentNoteInline(Shown):
    model = AdjustmentNote
    fields = ("written_at", "written_by", "text")


@admin.register(Adjustment)
class AdjustmentAdmin(OfMembers, ShownOnly, admin.ModelAdmin[Adjustment]):
    list_display = ("requested_at", "member", "points", "reason", "requested_by", "became")
    list_filter = ("reason",)
    list_select_related = ("member", "requested_by", "approval")
    inlines = (AdjustmentNoteInline,)
    fields = (
        ("public_id", "member", "wallet"),
        ("points", "reason", "became"),
        ("requested_by", "requested_at"),
    )
    readonly_fields = ("became",)

    @admin.display(description=_("state"))
    def became(self, adjustment: Adjustment) -> str:
        approval = adjustment.approval
        return str(_("posted")) if approval is None else approval.get_state_display()


@admin.register(AdjustmentNote)
class AdjustmentNoteAdmin(Listed, ShownOnly, admin.ModelAdmin[AdjustmentNote]):
    list_display = ("written_at", "adjustment", "written_by", "text")
    list_select_related = ("adjustment", "written_by")
    fields = list_display
    search_fields = ("=adjustment__public_id",)
    search_help_text = _("The id of an adjustment.")
