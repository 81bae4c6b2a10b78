"""Who did something, by the opaque names under which rows remember it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from loyalty.clients.models import Client
from loyalty.identity.models import User
from members import signing_in

_USER, _CLIENT, _MEMBERS = "user:", "cli_", ("mem_", "member:")


def get_names(*, actors: Iterable[str]) -> dict[str, str]:
    """Return what staff call those who did something, by actor. Two statements at most.

    A member is called so and no more: whose row it is says who.
    """
    asked = {actor for actor in actors if actor}
    users = {actor.removeprefix(_USER) for actor in asked if actor.startswith(_USER)}
    clients = {actor for actor in asked if actor.startswith(_CLIENT)}
    names = {actor: actor for actor in asked}
    names |= {actor: _("the member") for actor in asked if actor.startswith(_MEMBERS)}
    if users:
        known = User.objects.filter(pk__in=[pk for pk in users if pk.isdecimal()])
        names |= {f"{_USER}{user.pk}": called(user) for user in known}
    if clients:
        rows = Client.objects.filter(public_id__in=clients).values_list("public_id", "name")
        names |= dict(rows)
    return names


def called(user: User | None) -> str:
    """Return what a colleague is called: a name, or the address they sign in with.

    A member's user has neither: whoever did it themselves is called the member, and their row
    says who.
    """
    if user is None:
        return ""
    is_member = user.email.endswith(f"@{signing_in.NOWHERE}")
    return user.get_full_name() or (_("the member") if is_member else user.email)
