"""Who can sign in to the demo, and the key of its till. The same at every start."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from loyalty import keepsakes
from loyalty.clients import issuing
from loyalty.clients.models import Client, ClientKey, Scope
from loyalty.identity import staffing
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store, StoreAssignment
from members import signing_in
from members.models import Member

TILL = "Démonstration"
ADMINISTRATOR = "direction@maison-verne.example"
CASHIER = "caisse@maison-verne.example"
CARE = "clientele@maison-verne.example"
MANAGER = "lyon@maison-verne.example"
MARKETING = "marketing@maison-verne.example"
_STAFF = (
    (ADMINISTRATOR, Role.ADMINISTRATOR, "Jeanne"),
    (CASHIER, Role.CASHIER, "Karim"),
    (CARE, Role.CUSTOMER_CARE, "Inès"),
    (MANAGER, Role.STORE_MANAGER, "Paul"),
    (MARKETING, Role.MARKETING, "Lina"),
    ("analyse@maison-verne.example", Role.ANALYST, "Hugo"),
    ("audit@maison-verne.example", Role.AUDITOR, "Odile"),
)
OTHERS = tuple(email for email, _role, _name in _STAFF if email not in {ADMINISTRATOR, CASHIER})
MEMBER = "camille.martin.1@"


@dataclass(frozen=True)
class Credentials:
    """What the demo prints. One password for its staff; its member asks for a code."""

    member: str
    card: str
    password: str
    till_key: str


def has_demo() -> bool:
    """Say whether the database holds the demo, and not somebody's own programme."""
    return Client.objects.filter(name=TILL).exists()


@transaction.atomic
def create(*, at: datetime) -> None:
    """Appoint the demo's staff, let its first member sign in, and register its till."""
    for email, role, first_name in _STAFF:
        staffing.appoint(email=email, role=role, first_name=first_name)
    StoreAssignment.objects.create(
        user=User.objects.get(email=MANAGER), store=Store.objects.get(code="lyon")
    )
    signing_in.open_user(member=_member())
    issuing.create_client(
        name=TILL, scopes=Scope.values, store=Store.objects.get(code="paris"), at=at
    )


@transaction.atomic
def get(*, at: datetime) -> Credentials:
    """Return the credentials, made anew where this database and VAR_DIR disagree."""
    password = keepsakes.keep(path=_path("password"), make=lambda: secrets.token_urlsafe(9))
    member = _member()
    for user in User.objects.filter(email__in=[email for email, _role, _name in _STAFF]):
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
    card = member.cards.values_list("number", flat=True).first() or ""
    return Credentials(member.email or "", card, password, _till_key(at=at))


def get_member_address() -> str:
    """Return the address of the demo's member, or nothing where there is none."""
    found = Member.objects.filter(email__startswith=MEMBER).values_list("email", flat=True)
    return found.first() or ""


def _member() -> Member:
    return Member.objects.get(email__startswith=MEMBER)


def _till_key(*, at: datetime) -> str:
    client = Client.objects.get(name=TILL)

    def issue() -> str:
        return issuing.issue_key(client=client, at=at)[1]

    path = _path("till_key")
    key = keepsakes.keep(path=path, make=issue)
    if ClientKey.objects.is_valid(key):
        return key
    # Kept for another database: nobody can read this one's key again.
    path.unlink()
    return keepsakes.keep(path=path, make=issue)


def _path(name: str) -> Path:
    return Path(settings.VAR_DIR) / f"demo_{name}"
