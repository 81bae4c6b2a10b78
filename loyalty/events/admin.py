from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from loyalty.events.models import Change, JobRun, OutboxEvent


class ReadOnly(admin.ModelAdmin[Model]):
    """Shows what the product wrote. Nobody adds, changes or removes it here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnly):
    list_display = ("public_id", "name", "occurred_at", "relayed_at", "attempts", "last_error")
    list_filter = ("name", "is_historic")
    search_fields = ("=public_id",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Change)
class ChangeAdmin(ReadOnly):
    list_display = ("topic", "subject", "day")
    list_filter = ("topic",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(JobRun)
class JobRunAdmin(ReadOnly):
    list_display = ("job", "business_day", "chunk", "state", "rows", "started_at", "ended_at")
    list_filter = ("state", "job")
    search_fields = ("=job",)
    ordering = ("-business_day", "-id")
    show_full_result_count = False
