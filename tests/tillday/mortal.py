"""The service as it is served, whose process dies by SIGKILL where a call's header says.

`X-Dies-At: 7-before` dies before its seventh statement runs, `7-after` once that has run; a call
that ends sooner dies when all is done and nothing is answered yet.
"""

import os
import signal
from typing import Any

from django.db import connection

from loyalty.wsgi import application as served


def application(environ: dict[str, Any], start_response: Any) -> Any:
    fate = environ.get("HTTP_X_DIES_AT")
    if fate is None:
        return served(environ, start_response)
    number, _dash, side = fate.partition("-")
    with connection.execute_wrapper(Death(int(number), is_before=side == "before")):
        served(environ, start_response)
    return die()


class Death:
    """Counts the statements of one call, and ends the process at its last."""

    def __init__(self, last: int, *, is_before: bool) -> None:
        self.left, self.is_before = last, is_before

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.left -= 1
        if not self.left and self.is_before:
            die()
        answer = execute(sql, params, many, context)
        if not self.left:
            die()
        return answer


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
