"""Whatever the desk shows of a table has a name that a catalogue can translate."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin, ModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise

from loyalty.identity.models import User
from loyalty.programmes.models import Programme

# The same in both languages.
ALIKE = {"Client", "Code", "E-mail", "Note", "Permissions", "Place", "Stock", "e-mail", "points"}

Table = ModelAdmin[Any] | InlineModelAdmin[Any, Any]


def asked_by_the_boss() -> HttpRequest:
    request = RequestFactory().get("/desk/")
    request.user = User(is_superuser=True, is_staff=True)
    return request


def tables(request: HttpRequest) -> Iterator[tuple[type[Model], Table]]:
    for model, table in admin.site._registry.items():
        yield model, table
        yield from ((one.model, one) for one in table.get_inline_instances(request))


def shown(table: Table, request: HttpRequest) -> set[str]:
    """Return what is on the form of a new row and of one that is there, and in the list."""
    rows = (None,) if isinstance(table, InlineModelAdmin) else (None, table.model())
    found = {name for row in rows for name in flatten_fieldsets(table.get_fieldsets(request, row))}
    if isinstance(table, ModelAdmin):
        found |= {name for name in table.get_list_display(request) if isinstance(name, str)}
        filters = (one[0] if isinstance(one, tuple) else one for one in table.list_filter)
        found |= {name for name in filters if isinstance(name, str)}
    return found


def has_a_name(model: type[Model], name: str) -> bool:
    """Say whether a column is named by us; what a method shows, or a form asks, is by itself."""
    if name == "pk":
        return False
    try:
        field = get_fields_from_path(model, name)[-1]
    except FieldDoesNotExist:
        return True
    return isinstance(field.verbose_name, Promise)


def test_every_column_field_and_filter_is_named_in_words_that_can_be_translated():
    request = asked_by_the_boss()

    nameless = {
        f"{model._meta.label}.{name}"
        for model, table in tables(request)
        for name in shown(table, request)
        if not has_a_name(model, name)
    }

    assert sorted(nameless) == []


def words_of_form(table: ModelAdmin[Any], request: HttpRequest) -> set[str]:
    """Return what the form of a new row calls its fields, and says to help."""
    fields = table.get_form(request).base_fields.values()
    return {str(said) for one in fields for said in (one.label, one.help_text) if said}


def test_every_form_speaks_french(programme: Programme):
    request = asked_by_the_boss()
    tables = [
        table for table in admin.site._registry.values() if table.has_add_permission(request)
    ]

    with translation.override("fr"):
        french = {word for table in tables for word in words_of_form(table, request)}
    with translation.override("en"):
        english = {word for table in tables for word in words_of_form(table, request)}

    assert (french & english) - ALIKE == set()


class TestAList:
    def test_says_how_many_rows_were_found_only_after_a_search(self, desk: Client):
        address = reverse("admin:rewards_reward_changelist")

        calm, searched = (desk.get(address, {"q": term}).content.decode() for term in ("", "zz"))

        assert "résultat" not in calm
        assert "0 résultat" in searched

    def test_is_titled_by_what_it_lists(self, desk: Client):
        page = desk.get(reverse("admin:members_member_changelist")).content.decode()

        assert "<title>Membres | Espace fidélité</title>" in page

    def test_is_added_to_in_french_without_a_wrong_article(self, desk: Client):
        listed = desk.get(reverse("admin:members_member_changelist")).content.decode()
        added = desk.get(reverse("admin:identity_user_add")).content.decode()

        assert re.search(r'class="addlink">\s*Ajouter\s*</a>', listed)
        assert re.search(r"<h1>\s*Ajout\s: utilisateur\s*</h1>", added)


class TestChangingAPassword:
    def test_keeps_the_head_of_the_page(self, desk: Client):
        page = desk.get(reverse("admin:password_change")).content.decode()

        assert 'class="desk-account"' in page
        assert 'class="languages"' in page
