"""What staff may be: each role is a group, so that the admin shows and assigns it.

What a role may do to which rows is said by the shell, which knows every app.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    CASHIER = "cashier", _("cashier")
    STORE_MANAGER = "store manager", _("store manager")
    MARKETING = "marketing", _("marketing")
    CUSTOMER_CARE = "customer care", _("customer care")
    ANALYST = "analyst", _("analyst")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


def get_roles(user: AbstractUser) -> frozenset[Role]:
    """Return the roles somebody has. A superuser is an administrator, whatever their groups."""
    own = {Role(group.name) for group in user.groups.all() if group.name in Role.values}
    return frozenset(own | {Role.ADMINISTRATOR} if user.is_superuser else own)


def get_title(group: Group) -> str:
    """Return what a group is called on the screen: a role in words, any other by its name."""
    return str(Role(group.name).label) if group.name in Role.values else group.name


@transaction.atomic
def sync(*, grants: Mapping[Role, Iterable[str]]) -> None:
    """Make each role's group hold exactly these permissions; repeating changes nothing.

    A grant is a pattern over `app.action_model`, such as `members.view_*`. Groups that are no
    role are left as they are, and so is who belongs to which group.
    """
    told = Permission.objects.values_list("content_type__app_label", "codename", "pk")
    permissions = {f"{app}.{codename}": pk for app, codename, pk in told}
    for role, patterns in grants.items():
        group, _is_new = Group.objects.get_or_create(name=role.value)
        granted = [permissions[name] for name in matching(patterns, permissions)]
        group.permissions.set(granted)


def matching(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the names that fit at least one of the patterns."""
    kept = frozenset(patterns)
    # Most of them are names, and looked up.
    wide = [pattern for pattern in kept if "*" in pattern]
    return [
        name
        for name in names
        if name in kept or any(fnmatchcase(name, pattern) for pattern in wide)
    ]
