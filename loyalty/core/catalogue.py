"""Lets Babel find what templates say, so that nobody needs gettext's programs."""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract_template(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Any,
) -> Iterator[Any]:
    """Yield a template's messages in Babel's shape: line, function, messages, comments."""
    template = templatize(fileobj.read().decode("utf-8"))
    # What is left of a template is indented as HTML is, which Python does not allow.
    source = "\n".join(line.strip() for line in template.splitlines())
    yield from extract_python(BytesIO(source.encode("utf-8")), keywords, comment_tags, options)
