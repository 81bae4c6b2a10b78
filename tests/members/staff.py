"""People of the staff, in a role, for tests of who may do what."""

from loyalty import grants
from loyalty.identity import staffing
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store, StoreAssignment


def appoint(role: Role, name: str = "", *, stores: tuple[Store, ...] = ()) -> User:
    """Let somebody work in a role, in some stores."""
    grants.sync()
    told = name or role.name.lower()
    user = staffing.appoint(email=f"{told}@staff.example", role=role, first_name=told.title())
    for store in stores:
        StoreAssignment.objects.create(user=user, store=store)
    return user
