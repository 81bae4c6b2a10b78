"""Who calls: a client by one of its keys. A sign-in counts for nothing here."""

import re
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from loyalty.clients.models import Client, ClientKey
from loyalty.core import problems, requests
from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from loyalty.programmes.models import Programme

CHALLENGE = {"WWW-Authenticate": 'Api-Key realm="loyalty"'}
_HEADER = re.compile(r"api-key +(?P<prefix>[a-z0-9]{1,8})\.[a-z0-9]{1,128}", re.IGNORECASE)


class KeyExpired(Refusal):
    code = "key-expired"
    status = 401
    title = _("This key has expired. Use the client's new one.")


class KeyRevoked(Refusal):
    code = "key-revoked"
    status = 401
    title = _("This key has been revoked.")


class ScopeMissing(Refusal):
    code = "scope-missing"
    status = 403
    title = _("This client may not do that.")


class AddressNotAllowed(Refusal):
    code = "address-not-allowed"
    status = 403
    title = _("This client may not call from this address.")


class ClientKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <key>` gives the key as `request.auth`, its client and store loaded.

    There is no user: what the call writes is signed by the client, never by a person.
    """

    def authenticate(self, request: Request) -> tuple[None, ClientKey] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        key = check(header=header, at=timezone.now())
        check_address(client=key.client, address=requests.get_ip(request))
        return None, key


def check(*, header: str, at: datetime) -> ClientKey:
    """Return the key that a header shows, in one statement; in two of a web till's.

    Refused: Unauthenticated for anything that is not a known secret, KeyRevoked (also when its
    client was switched off, or whoever stands at the web till may sell there no more) and
    KeyExpired only to those who hold the secret.
    """
    if not (shown := _HEADER.fullmatch(header.strip())):
        raise problems.Unauthenticated(headers=CHALLENGE)
    key = _get_key(shown["prefix"])
    secret = header.strip().rpartition(" ")[2]
    if key is None or not ClientKey.objects.key_generator.verify(secret, key.hashed_key):
        raise problems.Unauthenticated(headers=CHALLENGE)
    if key.revoked or not key.client.is_active or not _is_manned(key):
        raise KeyRevoked(headers=CHALLENGE)
    if key.expiry_date is not None and key.expiry_date <= at:
        raise KeyExpired(headers=CHALLENGE)
    return key


def check_address(*, client: Client, address: str) -> None:
    """Refuse a call from outside the client's networks, if it has any: AddressNotAllowed."""
    if not client.addresses:
        return
    try:
        origin = ip_address(address)
    except ValueError:
        raise AddressNotAllowed from None
    mapped = getattr(origin, "ipv4_mapped", None)
    if not any((mapped or origin) in ip_network(network) for network in client.addresses):
        raise AddressNotAllowed


def _is_manned(key: ClientKey) -> bool:
    """Say whether whoever opened a shift still may; a key of no shift is nobody's."""
    shift = getattr(key, "shift", None)
    if shift is None:
        return True
    user: User = shift.user
    return user.is_active and user.is_staff and (user.is_superuser or _is_seller(user))


def _is_seller(user: User) -> bool:
    """Say whether somebody may sell at a web till, by role or in person: one statement."""
    may = Permission.objects.filter(codename="open_till", content_type__app_label="clients")
    return may.filter(Q(group__user=user) | Q(user=user)).exists()


def _get_key(prefix: str) -> ClientKey | None:
    """Return a key with its client, store and shift, and the revision of the rulebook."""
    keys = ClientKey.objects.select_related("client__store", "shift__user")
    keys = keys.filter(prefix=prefix).order_by()
    revision = Programme.objects.order_by().values("revision")[:1]
    return next(iter(keys.annotate(programme_revision=Subquery(revision))), None)


class HasScope(BasePermission):
    """The client holds the view's `required_scope`, or one of those in `also_with`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        scopes: set[str] = {view.required_scope, *getattr(view, "also_with", ())}
        if not scopes & set(get_client(request).scopes):
            raise ScopeMissing(scopes=sorted(str(scope) for scope in scopes))
        return True


def get_client(request: Request) -> Client:
    """Return who calls. Refused with Unauthenticated when nobody does."""
    if not isinstance(request.auth, ClientKey):
        raise problems.Unauthenticated(headers=CHALLENGE)
    return request.auth.client
