from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core.showing import FirstPages, ShownOnly
from loyalty.identity import permitting, rights, roles, second_factors
from loyalty.identity.forms import LimitForm, NewUserForm, UserForm
from loyalty.identity.models import Approval, EmailedCode, Guesses, Limit, SignIn, User
from loyalty.identity.models.tracing import BEFORE_AFTER
from loyalty.identity.roles import Role

# What says who somebody is, and what they may do: nobody changes their own, by a look of two.
RAISING = ("is_active", "is_staff", "is_superuser", "groups")
_NAMING = ("email", "phone")


def is_superuser(request: HttpRequest) -> bool:
    """Say whether somebody may raise others: an administrator in full."""
    return bool(request.user.is_superuser)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(auth_admin.GroupAdmin):
    """Roles are to be read: what each may do is written in the product, not typed here.

    A group of one's own is changed by an administrator alone: its permissions would be theirs.
    """

    list_display = ("title",)

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple[str, ...]:
        is_role = obj is not None and obj.name in Role.values
        return ("title", "held_by", "may") if is_role else ("name", "permissions")

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "title", "held_by", "may")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Head the page of a role by what it is called on the screen."""
        group = self.get_object(request, object_id) if object_id else None
        named = {"subtitle": capfirst(roles.get_title(group))} if group else {}
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), **named}
        )

    @admin.display(description=_("role"), ordering="name")
    def title(self, group: Group) -> str:
        return roles.get_title(group)

    @admin.display(description=_("held by"))
    def held_by(self, group: Group) -> str:
        held = group.user_set.filter(is_active=True).order_by("email")
        return ", ".join(held.values_list("email", flat=True))

    @admin.display(description=_("may"))
    def may(self, group: Group) -> SafeString:
        """Say table by table what is allowed, as the desk calls tables."""
        rows = rights.in_words(group.permissions.select_related("content_type"))
        lines = format_html_join("", "<li><b>{}</b> {}</li>", rows)
        return format_html('<ul class="rights">{}</ul>', lines)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        is_role = obj is not None and obj.name in Role.values
        return is_superuser(request) and not is_role

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return obj is not None and self.has_change_permission(request, obj)


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Role.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


# Registered by an app above, which knows of what else a user has.
class UserAdmin(auth_admin.UserAdmin[User]):
    """Who signs in, and in which role. Only an administrator says so, and touches another."""

    form = UserForm
    add_form = NewUserForm
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", RoleFilter)
    search_fields = ("=email",)
    ordering = ("email",)
    filter_horizontal = ("groups",)
    actions = ("reset_second_factors",)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "phone", "language")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        """Only an administrator says who is staff, in which roles, and who is another one.

        Of oneself only the last administrator says it: the address and the phone too, by
        which one's own card is known.
        """
        dates = ("last_login", "date_joined")
        if obj is not None and obj == request.user and not permitting.is_alone(user=obj):
            return (*dates, *RAISING, *_NAMING)
        return dates if is_superuser(request) else (*dates, *RAISING)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep an administrator's page, password and second factor from whoever is none."""
        is_above = obj is not None and Role.ADMINISTRATOR in roles.get_roles(obj)
        is_safe = not is_above or is_superuser(request) or obj == request.user
        return is_safe and super().has_change_permission(request, obj)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Keep what roles, rights and addresses were, beside what they are, for the audit."""
        said: list[dict[str, Any]] = super().construct_change_message(request, form, formsets, add)
        kept = [name for name in form.changed_data if name in (*RAISING, *_NAMING)]
        if add or not kept:
            return said
        words = [
            [name, _kept(form.initial[name]), _kept(form.cleaned_data[name])] for name in kept
        ]
        return [*said, {BEFORE_AFTER: words}]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody is deleted: what they did stays theirs. They are made inactive instead."""
        return False

    @admin.action(description=_("Reset the second factor"), permissions=["change"])
    def reset_second_factors(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """For whoever lost phone and recovery codes; never for oneself, nor above oneself."""
        is_above = not all(self.has_change_permission(request, user) for user in users)
        if is_above or request.user in users:
            raise PermissionDenied
        chosen = list(users)
        for user in chosen:
            second_factors.reset(user=user, actor=f"user:{request.user.pk}")
            self.log_change(request, user, "second factor reset")
        said = ngettext(
            "%d person sets up a second factor when they sign in next.",
            "%d people set up a second factor when they sign in next.",
            len(chosen),
        )
        messages.success(request, said % len(chosen))


def _kept(value: Any) -> Any:
    """Return a value as a log keeps it: of roles, their names."""
    if isinstance(value, list | QuerySet):
        return sorted(group.name for group in value)
    return value if isinstance(value, bool) else str(value or "")


@admin.register(EmailedCode)
class EmailedCodeAdmin(ShownOnly, admin.ModelAdmin[EmailedCode]):
    """When codes were asked for, and how it went. Not by whom: the address stays unseen."""

    paginator = FirstPages
    list_display = ("public_id", "sent_at", "sendings", "tries", "proved_at", "expires_at")
    fields = ("public_id", "sent_at", "sendings", "tries", "proved_at", "expires_at", "language")
    search_fields = ("=public_id",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Guesses)
class GuessesAdmin(ShownOnly, admin.ModelAdmin[Guesses]):
    paginator = FirstPages
    list_display = ("user", "wrong", "last_at")
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Limit)
class LimitAdmin(SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """What each role may adjust alone. Every role has one row; what it was is kept."""

    form = LimitForm
    list_display = ("role", "at_once", "in_a_day", "in_a_month")
    fields = list_display
    readonly_fields = ("role",)
    ordering = ("-at_once", "pk")

    def get_form(
        self, request: HttpRequest, obj: Limit | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Let the form know who fills it in: nobody raises their own limits."""
        kind = super().get_form(request, obj, change, **kwargs)
        return type(kind.__name__, (kind,), {"by": request.user})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Limit | None = None) -> bool:
        return False


@admin.register(Approval)
class ApprovalAdmin(ShownOnly, admin.ModelAdmin[Approval]):
    """What was asked for and who decided. Deciding has a page of its own."""

    paginator = FirstPages
    list_display = ("requested_at", "kind", "subject", "requested_by", "state", "decided_by")
    list_filter = ("state", "kind")
    list_select_related = ("requested_by", "decided_by")
    fields = (
        ("public_id", "kind", "subject"),
        ("requested_by", "requested_at", "reason"),
        ("payload", "lapses_at"),
        ("state", "decided_by", "decided_at"),
    )
    search_fields = ("=public_id", "=subject")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(SignIn)
class SignInAdmin(ShownOnly, admin.ModelAdmin[SignIn]):
    """Who of the staff came in, and from where: to read."""

    paginator = FirstPages
    list_display = ("came_at", "user", "how", "is_refused", "address")
    list_filter = ("is_refused",)
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    ordering = ("-id",)
    show_full_result_count = False
