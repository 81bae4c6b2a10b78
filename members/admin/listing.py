"""What the lists of members and their sales have in common."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import CharField, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import FirstPages, ShownOnly
from loyalty.programmes import books
from members import finding, seeing


class Listed:
    """Put before ModelAdmin: a list of any size, newest first, that never counts to its end."""

    paginator: ClassVar[Any] = FirstPages
    show_full_result_count: ClassVar[Any] = False
    ordering: ClassVar[Any] = ("-pk",)
    sortable_by: ClassVar[Any] = ()


class WithAmounts(Listed):
    """Put before ModelAdmin: rows know the currency their cents are of, asked for once."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        currency = Value(books.get_book().currency, output_field=CharField())
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        priced: QuerySet[Any] = rows.annotate(currency=currency)
        return priced


class Titled:
    """Put before ModelAdmin: a page is headed by whom or what it shows, not by what one does."""

    def title_of(self, shown: Any) -> str:
        return str(shown)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context.get("original") is not None:
            context |= {"title": self.title_of(context["original"]), "subtitle": None}
        answer: HttpResponse = super().render_change_form(  # type: ignore[misc]
            request, context, *args, **kwargs
        )
        return answer


class OfMembers(Listed):
    """Put before ModelAdmin: rows of members, found by whose they are."""

    whose: ClassVar[tuple[str, ...]] = ("member",)
    search_fields: ClassVar[Any] = ("member__public_id",)
    search_help_text: ClassVar[Any] = _(
        "Whose: part of a member’s name, how a card or an e-mail begins, a phone, an external id,"
        " an id."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the people first, by index; then their rows, by index."""
        if not search_term.strip():
            return queryset, False
        found = finding.search_keys(text=search_term, within=seeing.visible_to(request.user))
        asked = self.own(search_term)
        for name in self.whose:
            asked |= Q(**{f"{name}__in": found})
        return queryset.filter(asked), False

    def own(self, term: str) -> Q:
        """Return how a row is found by what it says itself; by default it is not."""
        return Q(pk__in=())


class Shown(ShownOnly, admin.TabularInline[Any, Any]):
    """Rows on the page of what they belong to. They are looked at, no more."""

    extra = 0
    can_delete = False
    show_change_link = False
    ordering: ClassVar[Any] = ("-pk",)
