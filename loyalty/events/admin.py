from django.contrib import admin

from loyalty.core.showing import FirstPages, ShownOnly
from loyalty.events.models import Change, JobRun, OutboxEvent


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
