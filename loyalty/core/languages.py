"""Content that staff write in both languages: which of the two a reader gets."""

from django.utils.translation import get_language

DEFAULT = "fr"


def in_language(*, french: str, english: str) -> str:
    """Return the words in the language of whoever is reading, or the others where it has none."""
    is_english = (get_language() or DEFAULT).startswith("en")
    return (english if is_english else french) or french or english
