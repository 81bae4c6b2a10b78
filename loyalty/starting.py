"""The last look before serving: an unsafe installation does not start, and says why."""

import logging

from django.core.checks import ERROR
from django.db import connection

from loyalty import checks

# What makes gunicorn give up rather than start the same worker for ever.
_BOOT_ERROR = 3

_log = logging.getLogger(__name__)


def refuse_unsafe() -> None:
    """Log one line for each thing that is wrong; raise SystemExit if one of them is unsafe.

    Leaves no connection open: the process may fork after it.
    """
    found = checks.problems()
    connection.close()
    for message in found:
        _log.log(message.level, "%s: %s %s", message.id, message.msg, message.hint)
    if any(message.level >= ERROR for message in found):
        raise SystemExit(_BOOT_ERROR)
