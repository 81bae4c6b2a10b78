"""What a role may do, as people say it: a table, and what is allowed with it."""

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalChanges

_VERBS = {"view": _("see"), "add": _("add"), "change": _("change"), "delete": _("delete")}


def in_words(permissions: Iterable[Permission]) -> list[tuple[str, str]]:
    """Return each table by its name with what may be done there, in the reader's alphabet.

    Tables that are no more, such as those of an app that was taken out, are passed over.
    """
    allowed: dict[str, list[str]] = {}
    for permission in permissions:
        table = permission.content_type.model_class()
        if table is not None:
            allowed.setdefault(_name(table), []).append(_act(permission))
    return [(name, ", ".join(acts)) for name, acts in sorted(allowed.items())]


def _name(table: type[Model]) -> str:
    """Return what the desk calls a table; of a history, what it is the history of."""
    if issubclass(table, HistoricalChanges):
        kept: type[Model] = table.instance_type  # type: ignore[attr-defined]  # simple_history's
        things = capfirst(str(kept._meta.verbose_name_plural))
        return gettext("%(things)s, history") % {"things": things}
    return capfirst(str(table._meta.verbose_name_plural))


def _act(permission: Permission) -> str:
    """Say one act: seeing, adding, changing, deleting, or what an app named itself."""
    verb = _VERBS.get(permission.codename.partition("_")[0])
    is_usual = permission.name.startswith(f"Can {permission.codename.partition('_')[0]} ")
    return str(verb) if verb and is_usual else gettext(permission.name)
