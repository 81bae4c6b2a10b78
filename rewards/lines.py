"""What a line of a catalogue says: which columns there are, and what their cells mean."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from loyalty.programmes.rulebook import Rulebook
from members.importing import columns, values
from members.importing.reading import LineRefused, RawRow
from members.importing.surveying import Survey
from rewards.models import Reward, RewardCategory, RewardKind

_WORDS = ("name_fr", "name_en", "description_fr", "description_en")
_MOMENTS = ("starts_at", "ends_at", "appears_at", "disappears_at")
_COUNTS = ("cost", "stock", "voucher_days")
FIELDS = (
    "id", "external_id", "kind", "category", *_WORDS, *_COUNTS, "value", *_MOMENTS, "is_active",
)  # fmt: skip
_LONGEST = {"name_fr": 80, "name_en": 80}
_LONG = 10_000
_USUAL_NAMES: Mapping[str, Collection[str]] = {
    "id": ("id", "public_id", "identifiant"),
    "external_id": ("external_id", "code", "reference", "your_code", "votre_code", "sku"),
    "kind": ("kind", "type", "nature"),
    "category": ("category", "categorie", "rayon"),
    "name_fr": ("name_fr", "nom_fr", "nom_en_francais", "name_in_french", "nom", "libelle"),
    "name_en": ("name_en", "nom_en", "nom_en_anglais", "name_in_english", "name"),
    "description_fr": ("description_fr", "description_en_francais", "description_in_french"),
    "description_en": ("description_en", "description_en_anglais", "description_in_english"),
    "cost": ("cost", "cost_in_points", "points", "cout", "cout_en_points", "prix_en_points"),
    "stock": ("stock", "en_stock"),
    "value": ("value", "worth", "valeur"),
    "voucher_days": ("voucher_days", "voucher_valid_for_days", "jours_de_validite",
                     "validite_du_bon_(jours)"),
    "starts_at": ("starts_at", "offered_from", "debut", "proposee_a_partir_du"),
    "ends_at": ("ends_at", "offered_until", "fin", "proposee_jusqu_au"),
    "appears_at": ("appears_at", "shown_from", "affiche_a_partir_de"),
    "disappears_at": ("disappears_at", "shown_until", "affiche_jusqu_a"),
    "is_active": ("is_active", "offered", "active", "proposee"),
}  # fmt: skip
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What lines are read by."""

    book: Rulebook
    categories: Mapping[str, RewardCategory]


def understand(*, survey: Survey, mapped: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return which column holds which field. Raises NoUsableColumn, BadFile."""
    found = columns.find(
        names=survey.columns, mapped=mapped or {}, required=(), optional=FIELDS,
        is_guessing=FIELDS, usual=_USUAL_NAMES,
    )  # fmt: skip
    if not found.keys() & {"id", "external_id"} or len(found) < 2:
        raise columns.NoUsableColumn(columns=survey.columns)
    return found


def read(*, row: RawRow, terms: Terms, is_new: bool) -> dict[str, Any]:
    """Return what a line says, by field of a reward. Raises LineRefused."""
    cells = row.values
    said: dict[str, Any] = {}
    if "external_id" in cells:
        code = values.words(cells["external_id"], field="external_id", most=80)
        said["external_id"] = code or None
    if cells.get("kind"):
        said["kind"] = _kind(cells["kind"])
    if "category" in cells:
        said["category_id"] = _category(cells["category"], terms)
    for name in _WORDS:
        if name in cells:
            said[name] = values.words(cells[name], field=name, most=_LONGEST.get(name, _LONG))
    for name in _COUNTS:
        if name in cells and (is_new or name != "stock"):
            said[name] = _count(cells[name], name)
    if "value" in cells:
        worth = cells["value"]
        said["value_cents"] = values.amount(worth, currency=terms.book.currency) if worth else None
    for name in _MOMENTS:
        if name in cells:
            said[name] = _moment(cells[name], terms)
    if cells.get("is_active"):
        said["is_active"] = values.is_yes(cells["is_active"])
    return _completed(said, is_new=is_new)


def _completed(said: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
    """Let one name stand for both languages, and refuse a reward without a name or a price."""
    if is_new:
        said["name_fr"] = said.get("name_fr") or said.get("name_en", "")
        said["name_en"] = said.get("name_en") or said["name_fr"]
        said.setdefault("cost", None)
    if said.get("voucher_days", 1) is None:
        del said["voucher_days"]
    for name in ("name_fr", "name_en", "cost"):
        if name in said and not said[name]:
            words = {"field": capfirst(str(Reward._meta.get_field(name).verbose_name))}  # type: ignore[union-attr]  # a field of its own
            raise LineRefused("missing-value", _("%(field)s: there is none.") % words)
    return said


def _kind(text: str) -> str:
    by_word = {kind.value.casefold(): kind.value for kind in RewardKind}
    by_word |= {str(kind.label).casefold(): kind.value for kind in RewardKind}
    by_word |= {"bon": "VOUCHER", "produit": "PRODUCT", "remise": "DISCOUNT"}
    if text.casefold() not in by_word:
        raise LineRefused("bad-kind", _("Not a kind of reward: %(text)s.") % {"text": text[:40]})
    return by_word[text.casefold()]


def _category(code: str, terms: Terms) -> int | None:
    if not code:
        return None
    if code not in terms.categories:
        raise LineRefused("unknown-category", _("No category %(code)s.") % {"code": code[:40]})
    return terms.categories[code].pk


def _count(text: str, name: str) -> int | None:
    bare = "".join(text.split())
    if not bare:
        return None
    if not (bare.isascii() and bare.isdigit()) or int(bare) > 10**9:
        raise LineRefused("bad-number", _("Not a whole number: %(text)s.") % {"text": text[:40]})
    return int(bare)


def _moment(text: str, terms: Terms) -> datetime | None:
    if not text:
        return None
    return values.moment(text, zone=terms.book.zone, latest=_NEVER)


def is_same(kept: Any, said: Any) -> bool:
    """Say whether a file says what is kept: it knows of no parts of a second."""
    if isinstance(kept, datetime) and isinstance(said, datetime):
        return kept.replace(microsecond=0) == said.replace(microsecond=0)
    return bool(kept == said)


def check(*, reward: Reward) -> None:
    """Refuse a reward that ends before it begins. Raises LineRefused."""
    for first, last in (("starts_at", "ends_at"), ("appears_at", "disappears_at")):
        begins, ends = getattr(reward, first), getattr(reward, last)
        if begins and ends and ends <= begins:
            raise LineRefused("ends-before-it-begins", _("It ends before it begins."))
