"""Terms as the JSON that reading gives back unchanged. Pure."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from loyalty.programmes.expiring import Expiry, ExpiryKind
from loyalty.programmes.terms.limits import write_limits
from loyalty.programmes.terms.sayings import Terms, Then, When, give_of


def write(terms: Terms) -> dict[str, Any]:
    """Return terms as the JSON that `read` gives back unchanged."""
    written: dict[str, Any] = {"then": _write_then(terms.then)}
    if when := _but_defaults(vars(terms.when), vars(When())):
        written["when"] = when
    if limits := write_limits(terms.limits):
        written["limits"] = limits
    if terms.group:
        written["stacking"] = {"group": terms.group, "mode": terms.stacking.value}
    return written


def _but_defaults(said: Mapping[str, Any], silent: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in said.items() if value != silent[name]}


def _write_then(then: Then) -> dict[str, Any]:
    written: dict[str, Any] = {"give": give_of(then.effect).value}
    written |= {
        name: _plain(value)
        for name, value in vars(then.effect).items()
        if value is not False and value is not None
    }
    if then.wallet:
        written["wallet"] = then.wallet
    if then.pending_days is not None:
        written["pending_days"] = then.pending_days
    if then.pending_until is not None:
        written["pending_until"] = then.pending_until.isoformat()
    if then.pending_event:
        written |= {"pending_event": then.pending_event, "cancel_days": then.cancel_days}
    if then.expiry is not None:
        written["expiry"] = _write_expiry(then.expiry)
    return written


def _write_expiry(expiry: Expiry) -> dict[str, Any]:
    if expiry.kind is ExpiryKind.NEVER:
        return {"kind": expiry.kind.value}
    if expiry.kind is ExpiryKind.DATES:
        return {"kind": expiry.kind.value, "dates": list(expiry.dates)}
    said = {name: _plain(value) for name, value in vars(expiry).items()}
    del said["dates"]
    return said


def _plain(value: object) -> object:
    match value:
        case tuple():
            return list(value)
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case StrEnum():
            return value.value
        case Decimal():
            return format(value, "f")
        case _:
            return value
