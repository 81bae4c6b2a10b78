"""The API's description: as OpenAPI 3.1 for programs, and as a page for people."""

import json
from functools import cache
from typing import Any

from django.utils import translation
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.portal import calls


class OpenAPI(SpectacularJSONAPIView):
    """What is committed as docs/openapi.json, in English whoever asks."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with translation.override("en"):
            response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return response


class Docs(TemplateView):
    """The description as a page: without a script, and read as well by a screen reader."""

    template_name = "api/docs.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        described = _describe()
        return super().get_context_data(
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
