"""Where a webhook may lead: to a public address under a name, and nowhere inside.

What staff type is read strictly (`parse`); where the name leads is looked at for every call
(`resolve`), and the call goes to the very addresses that were looked at: a name that leads
elsewhere a moment later changes nothing.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal

_LONGEST = 500
_PORTS = {"https": (443, 8443), "http": (80, 8080)}
_PLAIN = re.compile(r"[!-\[\]-~]+")
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z"
)
# Names that mean this machine or this network, whoever answers for them.
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Public by its number, and yet a way to somewhere else, or to many at once.
_DETOURS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocols
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # Teredo and other tunnels
        "2001:db8::/32",  # examples
        "2002::/16",  # 6to4
        "3fff::/20",  # examples
    )
)
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")


class DestinationRefused(Refusal):
    """Nothing is sent there: it is not an address that webhooks may go to."""

    code = "webhook-destination-refused"
    title = _("Webhooks cannot be sent to this address.")


@dataclass(frozen=True)
class Destination:
    """What it takes to call: the name, which the certificate must be for, and where in it."""

    host: str
    port: int
    path: str
    is_secure: bool


def parse(url: str) -> Destination:
    """Read an address as typed. Raises DestinationRefused, with why, unless all of it is plain.

    Numbers in place of a name are refused in every form, and so are names of this network.
    """
    parts, port = _split(url)
    _check_scheme(parts, port)
    if not _may_stay_here():
        _check_name(parts)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_secure = parts.scheme == "https"
    return Destination(parts.hostname or "", port or (443 if is_secure else 80), path, is_secure)


def resolve(destination: Destination) -> list[str]:
    """Return the addresses that a name leads to now, all of them public.

    Raises DestinationRefused if one of them is not, and OSError if it leads nowhere.
    """
    found = socket.getaddrinfo(
        destination.host, destination.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not _may_stay_here() and not all(map(is_public, addresses)):
        raise _refused(_("This name leads to an address that is not public."))
    return addresses


def is_public(text: str) -> bool:
    """Say whether an address is one that anybody on the internet may call, and no detour."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if address.version == 6 and address not in _GLOBAL_V6:
        return False
    return not any(address in detour for detour in _DETOURS if detour.version == address.version)


def _split(url: str) -> tuple[SplitResult, int | None]:
    if len(url) > _LONGEST or not _PLAIN.fullmatch(url):
        raise _refused(_("Write it in plain letters, without spaces, on one line."))
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise _refused(_("This is not a web address.")) from error


def _check_scheme(parts: SplitResult, port: int | None) -> None:
    schemes = ("https", "http") if settings.DEMO else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise _refused(_("It must begin with https:// and a name."))
    if "@" in parts.netloc:
        raise _refused(_("It may hold no user name and no password."))
    if "#" in parts.geturl():
        raise _refused(_("It may hold no #."))
    if port is not None and port not in _PORTS[parts.scheme] and not _may_stay_here():
        raise _refused(_("It may use ports 443 and 8443 alone."))


def _check_name(parts: SplitResult) -> None:
    host = parts.hostname or ""
    is_name = _NAME.fullmatch(host) and "[" not in parts.netloc
    if not is_name or host.rpartition(".")[2] in _INSIDE:
        raise _refused(_("It must lead to a public name, such as hooks.example.org."))


def _refused(why: str | Promise) -> DestinationRefused:
    return DestinationRefused(why)


def _may_stay_here() -> bool:
    return settings.WEBHOOKS_MAY_STAY_HERE
