"""The stores that staff work for, on the page of each user."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from loyalty.identity.admin import UserAdmin, is_superuser
from loyalty.identity.models import User
from loyalty.programmes.models import StoreAssignment


class StoreAssignmentInline(admin.TabularInline[StoreAssignment, User]):
    """Whose members somebody sees follows from it: only an administrator writes it."""

    model = StoreAssignment
    extra = 0
    verbose_name = _("store they work for")
    verbose_name_plural = _("stores they work for")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Who signs in, in which role, and for which stores."""

    inlines = (StoreAssignmentInline,)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj is not None and obj.is_staff else ()


@admin.register(StoreAssignment)
class StoreAssignmentAdmin(ShownOnly, admin.ModelAdmin[StoreAssignment]):
    list_display = ("user", "store")
    list_filter = ("store",)
    list_select_related = ("user", "store")
    search_fields = ("=user__email",)
    ordering = ("user", "store")
    show_full_result_count = False
