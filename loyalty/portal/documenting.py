"""The API's description as a page for people."""

import json
from functools import cache
from typing import Any

from django.utils import translation
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator

from loyalty.portal import calls
from loyalty.portal.entrance import trying


class Docs(TemplateView):
    """The description as a page: without a script, and read as well by a screen reader."""

    template_name = "api/docs.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        described = _describe()
        return super().get_context_data(
            programme=trying.get_programme(),
            info=described["info"],
            calls=calls.read_calls(described),
            shapes=calls.read_shapes(described),
            **context,
        )


@cache
def _describe() -> dict[str, Any]:
    """Return the description, made once a process: it changes with the code alone."""
    with translation.override("en"):
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    described: dict[str, Any] = json.loads(json.dumps(schema))
    return described
