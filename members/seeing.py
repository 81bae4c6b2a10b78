"""Whose rows somebody of the staff may see. Asked here alone, by every page and capability.

A store manager sees who was enrolled in their stores or bought there; a cashier too, once
they are assigned to a store. Whoever has a role for all stores sees all; whoever has no role
sees nobody. Analysts see nobody either, and the figures of all. Absent and foreign look alike.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from loyalty.identity import roles
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store, StoreAssignment
from members.models import Member, Purchase

_EVERYWHERE = frozenset({Role.ADMINISTRATOR, Role.CUSTOMER_CARE, Role.MARKETING, Role.AUDITOR})
Somebody = AbstractBaseUser | AnonymousUser


def get_stores(user: Somebody) -> QuerySet[Store] | None:
    """Return the stores that bound what somebody sees, or None if nothing does."""
    if not isinstance(user, User):
        return Store.objects.none()
    # First, so that whoever sees all asks nothing.
    if user.is_superuser:
        return None
    held = roles.get_roles(user)
    if held & _EVERYWHERE:
        return None
    own = Store.objects.filter(pk__in=StoreAssignment.objects.filter(user=user.pk).values("store"))
    is_free_cashier = Role.CASHIER in held and Role.STORE_MANAGER not in held
    if is_free_cashier and not own.exists():
        return None
    return own if held & {Role.CASHIER, Role.STORE_MANAGER} else own.none()


def sees_all_figures(user: Somebody) -> bool:
    """Say whether somebody sees the figures of all stores, that name nobody: an analyst does."""
    return isinstance(user, User) and Role.ANALYST in roles.get_roles(user)


def visible_to(user: Somebody) -> QuerySet[Member]:
    """Return the members whom somebody may see."""
    return of_stores(get_stores(user))


def of_stores(stores: QuerySet[Store] | None) -> QuerySet[Member]:
    """Return the members of some stores: enrolled there, or bought there. None is all of them.

    By existence and not by a join: a member with a thousand purchases is one row.
    """
    if stores is None:
        return Member.objects.all()
    ids = stores.values("pk")
    bought = Purchase.objects.filter(member=OuterRef("pk"), store__in=ids)
    return Member.objects.filter(Q(store__in=ids) | Exists(bought))


def may_see(*, user: User, member: Member) -> bool:
    """Say whether somebody may see one member."""
    return visible_to(user).filter(pk=member.pk).exists()


def get_home(user: Somebody) -> Store | None:
    """Return the store in which somebody enrols newcomers: their first, so that they see them."""
    stores = get_stores(user)
    return None if stores is None else stores.order_by("pk").first()
