"""Which column of a file holds which field: as the operator says, or by its usual names."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from members.importing.surveying import BadFile


class NoUsableColumn(BadFile):
    """No column, or not enough of them, can be understood. `columns` are those of the file."""

    code = "no-usable-column"
    title = _("No column of the file can be used.")


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
        "external_id", "identifiant_externe", "id_externe", "member", "member_id", "customer",
        "customer_id", "client_id", "id_client", "id_membre", "id_adherent", "numero_client", "id",
    ),
    "first_name": ("first_name", "firstname", "given_name", "prenom"),
    "last_name": ("last_name", "lastname", "surname", "family_name", "nom", "nom_de_famille"),
    "email": ("email", "e_mail", "mail", "email_address", "courriel", "adresse_mail"),
    "phone": ("phone", "mobile", "telephone", "tel", "portable"),
    "card": ("card", "card_number", "carte", "numero_carte", "numero_de_carte", "no_carte"),
    "birthday": ("birthday", "birth_date", "date_of_birth", "anniversaire", "date_naissance",
                 "date_de_naissance"),
    "language": ("language", "lang", "langue"),
    "enrolled_at": ("enrolled_at", "joined", "joined_at", "created_at", "date_inscription",
                    "date_adhesion", "inscription", "enrolled", "adhesion"),
    "receipt": ("receipt", "receipt_number", "ticket", "numero_ticket", "no_ticket", "facture"),
    "store": ("store", "store_code", "magasin", "code_magasin"),
    "till": ("till", "caisse"),
    "channel": ("channel", "canal"),
    "tax": ("tax", "tax_in_it", "vat", "tva", "montant_tva", "taxe", "dont_taxe"),
    "source": ("source", "origine", "acquisition_source", "origine_de_l_adhesion"),
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
    usual: Mapping[str, Collection[str]] = _USUAL_NAMES,
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
            column = _usual(usual.get(field, ()), names)
        elif column is not None:
            column = _exact(column, names)
        if column is not None:
            found[field] = column
        elif field in required:
            words = {"field": field, "columns": ", ".join(names)}
            raise NoUsableColumn(
                _("No column for %(field)s among: %(columns)s. Say --map %(field)s=COLUMN.")
                % words,
                columns=names,
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


def _usual(names: Collection[str], there: Sequence[str]) -> str | None:
    by_plain = {_plain(name): name for name in there}
    return next((by_plain[name] for name in names if name in by_plain), None)


def _check_once(found: Mapping[str, str], names: tuple[str, ...]) -> None:
    for column in found.values():
        if names.count(column) > 1:
            raise BadFile(_("The column %(column)s is there twice.") % {"column": column})


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold())
    letters = (character for character in bare if not unicodedata.combining(character))
    return re.sub(r"[\s'’-]+", "_", "".join(letters).strip())
