"""What several of the admins here have in common, each put before ModelAdmin."""

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.programmes import revising


class Revising:
    """Put before ModelAdmin: whatever is saved or deleted makes the rulebook a new one."""

    def save_related(self, *args: Any, **options: Any) -> None:
        super().save_related(*args, **options)  # type: ignore[misc]
        revising.touch()

    def delete_model(self, *args: Any) -> None:
        super().delete_model(*args)  # type: ignore[misc]
        revising.touch()

    def delete_queryset(self, *args: Any) -> None:
        super().delete_queryset(*args)  # type: ignore[misc]
        revising.touch()


class FoundByBeginning:
    """Put before ModelAdmin: found by index, as the beginning of a code or of a name."""

    names: tuple[str, ...] = ("name",)
    code: str = "code"
    search_fields: Any = ("code",)
    search_help_text: Any = _("The beginning of a code or of a name.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        found = Q(**{f"{self.code}__startswith": term.lower()})
        found |= Q(**{f"{self.code}__startswith": term.upper()})
        for name in self.names:
            found |= Q(**{f"{name}__startswith": term})
            found |= Q(**{f"{name}__startswith": term[:1].upper() + term[1:]})
        return (queryset.filter(found) if term else queryset), False


class CodeIsKept:
    """Put before ModelAdmin: a code is given once; rules and tills hold it."""

    kept: tuple[str, ...] = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        shown = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return (*shown, *self.kept) if obj else shown
