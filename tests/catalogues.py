"""The words of the whole tree, and the catalogues that must say all of them.

`python -m tests.catalogues` brings both catalogues up to date: new messages come in empty in
French and as themselves in English, those that nobody says any more go.
"""

import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr", "en")
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_SAYS_NOTHING = frozenset({"tests", "benchmarks", "docs", "var", "node_modules"})
# Headers that would change with every run, or that say nothing here.
_CHURN = (
    '"Project-Id-Version',
    '"Report-Msgid-Bugs-To',
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Last-Translator',
    '"Language-Team',
    '"Generated-By',
)


def extract() -> Catalog:
    """Return every message that the product's code and templates say."""
    words = Catalog(project="loyalty", charset="utf-8")
    found = extract_from_dir(
        ROOT, _mappings(), keywords=_KEYWORDS, directory_filter=_may_say_something
    )
    for path, _line, message, _comments, context in found:
        words.add(message, locations=[(path, 0)], context=context)
    return words


def read(language: str) -> Catalog:
    """Return a catalogue as it is written down."""
    with path_of(language).open("rb") as file:
        return pofile.read_po(file, locale=language, domain="django")


def path_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def strings(message: Message) -> tuple[str, ...]:
    """Return what a message is translated to: one text, or one for each plural form."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages without the header."""
    return (message for message in catalogue if message.id)


def update(language: str) -> int:
    """Write a catalogue anew with the words of the tree; return how many are untranslated."""
    catalogue = read(language) if path_of(language).exists() else Catalog(locale=language)
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = "# What the product says. `make messages` brings it up to date."
    for message in messages(catalogue):
        message.locations = sorted({(name, 0) for name, _line in message.locations})
        if language == "en" and not all(strings(message)):
            message.string = message.id
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    written = BytesIO()
    pofile.write_po(written, catalogue, width=100, include_lineno=False, sort_output=True)
    lines = written.getvalue().decode("utf-8").splitlines(keepends=True)
    said = "".join(line for line in lines if not line.startswith(_CHURN))
    path_of(language).write_text(said, encoding="utf-8")
    return sum(not all(strings(message)) for message in messages(catalogue))


def _mappings() -> list[tuple[str, str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [(one["pattern"], one["method"]) for one in settings["tool"]["babel"]["mappings"]]


def _may_say_something(directory: str) -> bool:
    name = Path(directory).name
    return name not in _SAYS_NOTHING and not name.startswith((".", "_"))


if __name__ == "__main__":
    for code in LANGUAGES:
        print(f"{code}: {update(code)} to translate")  # noqa: T201 (it is a command)
