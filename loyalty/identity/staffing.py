"""People join the staff, and leave it."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from loyalty.identity.roles import Role


class EmailTaken(Refusal):
    code = "email-taken"
    status = 409
    title = _("Somebody signs in with this address already.")


@transaction.atomic
def appoint(
    *,
    email: str,
    role: Role,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
    language: str = "fr",
) -> User:
    """Let somebody sign in as staff, in one role. Raises EmailTaken; roles must be synced.

    Only the administrator may do what no role lists. Without a password they must set one.
    """
    if User.objects.filter(email=email.strip().lower()).exists():
        raise EmailTaken
    user = User.objects.create_user(
        email,
        password,
        first_name=first_name,
        last_name=last_name,
        language=language,
        is_staff=True,
        is_superuser=role is Role.ADMINISTRATOR,
    )
    user.groups.add(Group.objects.get(name=role.value))
    return user


@transaction.atomic
def dismiss(*, user: User) -> None:
    """Let somebody sign in no more. What they did stays theirs; repeating changes nothing."""
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    user.groups.clear()
