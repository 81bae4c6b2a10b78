"""Calls to the product in this process: its whole WSGI application, every middleware."""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

Environ = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@cache
def get_application() -> Any:
    return get_wsgi_application()


def build_request(
    method: str, path: str, *, api_key: str, body: Any = None, key: str | None = None
) -> Environ:
    """Make a request ready to be sent, so that making it is not measured."""
    headers = {"Authorization": f"Api-Key {api_key}", "Accept-Language": "en"}
    if key is not None:
        headers["Idempotency-Key"] = key
    data = b"" if body is None else json.dumps(body).encode()
    request = RequestFactory(SERVER_NAME="127.0.0.1").generic(
        method, path, data, content_type="application/json", headers=headers
    )
    environ = dict(request.environ)
    environ["wsgi.input"] = io.BytesIO(data)
    return environ


def send(environ: Environ) -> Answer:
    """Make one call as a web server would, from the first signal to the last."""
    started: list[Any] = []
    chunks: Iterable[bytes] = get_application()(
        dict(environ), lambda *given: started.extend(given)
    )
    try:
        body = b"".join(chunks)
    finally:
        if close := getattr(chunks, "close", None):
            close()
    return Answer(status=int(started[0].split()[0]), headers=dict(started[1]), body=body)


def expect(status: int, answer: Answer) -> Answer:
    """Return an answer of that status. Anything else ends the run: it measured a refusal."""
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}: {answer.body.decode()[:500]}")
    return answer


def warm_up(environ: Environ) -> None:
    """Make a call that is not measured, so that what is compiled once has been."""
    expect(201, send(environ))
