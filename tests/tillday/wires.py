"""One call over one connection, which may be cut where it is told to be."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

# A stuck call is a fault of the service, and no test may wait for ever.
SECONDS = 60
# In the middle of the request; once all is sent; in the middle of the answer.
CUTS = ("half", "unheard", "torn")


@dataclass(frozen=True)
class Answer:
    """What was heard, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.said["code"]) if self.status >= 400 else ""


def post(
    port: int, path: str, body: Any, headers: Mapping[str, str], *, cut: str = ""
) -> Answer | None:
    """Send JSON and return what was answered; None if nothing whole was heard."""
    content = json.dumps(body).encode()
    told = {"Content-Type": "application/json", "Connection": "close", **headers}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    with closing(line):
        try:
            return _ask(line, path, content, told, cut)
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException):
            return None


def _ask(
    line: http.client.HTTPConnection,
    path: str,
    content: bytes,
    headers: Mapping[str, str],
    cut: str,
) -> Answer | None:
    line.putrequest("POST", f"/api/v1{path}")
    for name, value in {**headers, "Content-Length": str(len(content))}.items():
        line.putheader(name, value)
    line.endheaders(content[: len(content) // 2] if cut == "half" else content)
    if cut in {"half", "unheard"}:
        return None
    if cut == "torn":
        line.sock.recv(40)
        return None
    answer = line.getresponse()
    return Answer(answer.status, dict(answer.headers), answer.read())
