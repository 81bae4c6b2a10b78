"""Which column of a file holds which field: as the operator says, or by its usual names."""

import unicodedata
from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from members.importing.surveying import BadFile

_USUAL_NAMES: Mapping[str, Collection[str]] = {
    "member": (
        "member", "member_id", "customer", "customer_id", "client", "client_id", "id_client",
        "membre", "id_membre", "adherent", "id_adherent", "numero_client",
    ),
    "at": (
        "at", "occurred_at", "datetime", "date", "date_heure", "purchase_date", "order_date",
        "date_achat", "jour",
    ),
    "amount": ("amount", "total", "montant", "montant_ttc", "total_ttc"),
    "external_id": (
        "external_id", "member", "member_id", "customer", "customer_id", "client_id",
        "id_client", "id_membre", "id_adherent", "numero_client", "id",
    ),
    "first_name": ("first_name", "firstname", "given_name", "prenom"),
    "last_name": ("last_name", "lastname", "surname", "family_name", "nom"),
    "email": ("email", "e_mail", "mail", "email_address", "courriel", "adresse_mail"),
    "phone": ("phone", "mobile", "telephone", "tel", "portable"),
    "card": ("card", "card_number", "carte", "numero_carte", "no_carte"),
    "birthday": ("birthday", "birth_date", "date_of_birth", "anniversaire", "date_naissance",
                 "date_de_naissance"),
    "language": ("language", "lang", "langue"),
    "enrolled_at": ("enrolled_at", "joined", "joined_at", "created_at", "date_inscription",
                    "date_adhesion", "inscription"),
    "source": ("source", "origine"),
}  # fmt: skip


def read_map(text: str) -> dict[str, str]:
    """Return `member=customer_id,at=date` as field → column. Raises BadFile."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    mapped = {field.strip(): column.strip() for field, _equals, column in pairs}
    if len(mapped) < len(pairs) or not all(field and column for field, column in mapped.items()):
        raise BadFile(_("--map is written field=column,field=column."))
    return mapped


def find(
    *,
    names: tuple[str, ...],
    mapped: Mapping[str, str],
    required: Collection[str],
    optional: Collection[str],
    is_guessing: Collection[str],
) -> dict[str, str]:
    """Return which column holds each field. Other columns of the file are ignored.

    What was mapped is as mapped. Fields in `is_guessing` are else looked for under their
    usual names, in French or English, whatever their capitals and accents. Raises BadFile:
    an unknown field, a column that is missing, or there twice.
    """
    known = {*required, *optional}
    if unknown := sorted(set(mapped) - known):
        words = {"field": unknown[0], "fields": ", ".join(sorted(known))}
        raise BadFile(_("--map knows no field %(field)s; it knows %(fields)s.") % words)
    found: dict[str, str] = {}
    for field in sorted(known):
        column = mapped.get(field)
        if column is None and field in is_guessing:
            column = _usual(field, names)
        elif column is not None:
            column = _exact(column, names)
        if column is not None:
            found[field] = column
        elif field in required:
            words = {"field": field, "columns": ", ".join(names)}
            raise BadFile(
                _("No column for %(field)s among: %(columns)s. Say --map %(field)s=COLUMN.")
                % words
            )
    _check_once(found, names)
    return found


def _exact(column: str, names: tuple[str, ...]) -> str:
    if column in names:
        return column
    for name in names:
        if _plain(name) == _plain(column):
            return name
    words = {"column": column, "columns": ", ".join(names)}
    raise BadFile(_("There is no column %(column)s among: %(columns)s.") % words)


def _usual(field: str, names: tuple[str, ...]) -> str | None:
    by_plain = {_plain(name): name for name in names}
    usual = (name for name in _USUAL_NAMES.get(field, ()) if name in by_plain)
    return next((by_plain[name] for name in usual), None)


def _check_once(found: Mapping[str, str], names: tuple[str, ...]) -> None:
    for column in found.values():
        if names.count(column) > 1:
            raise BadFile(_("The column %(column)s is there twice.") % {"column": column})


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold())
    letters = (character for character in bare if not unicodedata.combining(character))
    return "".join(letters).strip().replace(" ", "_").replace("-", "_")
