"""People of the staff, in a role, for tests of who may do what."""

from django.contrib.auth.models import Group

from loyalty import grants
from loyalty.identity import staffing
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store, StoreAssignment


def open_roles() -> None:
    """Write what each role may do, unless it is written: that takes longer than most tests."""
    if not Group.objects.exists():
        grants.sync()


def appoint(role: Role, name: str = "", *, stores: tuple[Store, ...] = ()) -> User:
    """Let somebody work in a role, in some stores."""
    open_roles()
    told = name or role.name.lower()
    user = staffing.appoint(email=f"{told}@staff.example", role=role, first_name=told.title())
    for store in stores:
        StoreAssignment.objects.create(user=user, store=store)
    return user
