"""Logs: one line an event, with ids only; never a name, an address, a card, a code or a key."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

# Addresses that spend, unsubscribe or answer for somebody: whoever reads the log could.
_SECRETS = re.compile(r"(/(?:vouchers|unsubscribe|surveys)/)[^/\s?]+")
# Where the web server fails on a request, it writes the whole of its address.
_SEARCHED = re.compile(r"^(Error handling request [^?]*)\?.*", re.DOTALL)
_REQUESTS, _FOREIGN_HOST = "django.request", "django.security.DisallowedHost"


def configure(*, level: str, is_readable: bool) -> dict[str, Any]:
    """Send structlog through the standard library and return Django's LOGGING.

    Readable lines are for a person's terminal; otherwise each line is one JSON document.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            without_query,
            without_codes,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return _logging(level, _renderers(is_readable))


def without_query(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut what follows `?` from the request's line: people search by address and by card."""
    if "request" in event:
        event["request"] = str(event["request"]).partition("?")[0]
    return event


def without_codes(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Cut the code out of an address that holds one, and what the web server tells of a search."""
    for place in ("request", "event"):
        if isinstance(text := event.get(place), str):
            event[place] = _SECRETS.sub(r"\1…", _SEARCHED.sub(r"\1", text))
    return event


def without_traceback(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Leave a refused request at its one line: where in the code it was refused tells nothing."""
    name, level = event.get("logger", ""), event.get("level")
    if name == _FOREIGN_HOST or (name == _REQUESTS and level == "warning"):
        event.pop("exc_info", None)
    return event


def _renderers(is_readable: bool) -> list[Any]:
    if is_readable:
        # Never with the values of variables: they hold names, addresses and keys.
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _logging(level: str, renderers: list[Any]) -> dict[str, Any]:
    formatter = {
        "()": "structlog.stdlib.ProcessorFormatter",
        "foreign_pre_chain": [*_SHARED, without_traceback, without_codes],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *renderers,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        # It would write in its own way, past all that is cut here.
        "loggers": {"gunicorn.error": {"handlers": ["console"], "propagate": False}},
    }
