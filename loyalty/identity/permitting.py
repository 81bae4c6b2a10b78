"""Who may do what, asked again where it is done: a door that forgot to ask opens nothing."""

from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity.models import User


class NotPermitted(Refusal):
    code = "not-permitted"
    status = 403
    title = _("You may not do this.")


def lock(*, user: User) -> User:
    """Return somebody as they are now, and let nobody else act for them until the commit.

    What an object in memory remembers of their roles may be older than their dismissal.
    """
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def is_alone(*, user: User) -> bool:
    """Say whether somebody is the only administrator in full: nobody else could look twice."""
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()


def check(*, user: User, permission: str) -> None:
    """Refuse whoever is not staff, was dismissed, or lacks the permission: NotPermitted."""
    if not (user.is_active and user.is_staff and user.has_perm(permission)):
        raise NotPermitted
