from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.core.showing import FirstPages, ShownOnly
from loyalty.events import dispatching
from loyalty.events.models import Change, JobRun, Message, OutboxEvent


@admin.register(OutboxEvent)
class OutboxEventAdmin(ShownOnly, admin.ModelAdmin[OutboxEvent]):
    paginator = FirstPages
    list_display = ("public_id", "name", "occurred_at", "relayed_at", "attempts", "last_error")
    list_filter = ("name", "is_historic")
    search_fields = ("=public_id",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Change)
class ChangeAdmin(ShownOnly, admin.ModelAdmin[Change]):
    paginator = FirstPages
    list_display = ("topic", "subject", "day")
    list_filter = ("topic",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(JobRun)
class JobRunAdmin(ShownOnly, admin.ModelAdmin[JobRun]):
    paginator = FirstPages
    list_display = ("job", "business_day", "chunk", "state", "rows", "started_at", "ended_at")
    list_filter = ("state", "job")
    search_fields = ("=job",)
    ordering = ("-business_day", "-id")
    show_full_result_count = False


@admin.register(Message)
class MessageAdmin(ShownOnly, admin.ModelAdmin[Message]):
    """That a member was written to, and how it ended. What it said is kept nowhere."""

    paginator = FirstPages
    list_display = ("created_at", "kind", "recipient", "state", "reason", "sent_at", "attempts")
    list_filter = ("state", "kind", "reason")
    search_fields = ("=recipient", "=public_id")
    search_help_text = _("A member's id, or a message's.")
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    actions = ("resend",)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("events.change_message")

    @admin.action(description=_("Send again what failed"), permissions=["resend"])
    def resend(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        count = dispatching.resend(messages=chosen, at=timezone.now())
        said = ngettext(
            "%(count)s message will be sent again.",
            "%(count)s messages will be sent again.",
            count,
        )
        messages.success(request, said % {"count": count})
