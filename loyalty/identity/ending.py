"""The end of somebody's sign-in: in every browser, or for ever."""

from axes.models import AccessAttempt, AccessFailureLog
from django.core import mail
from django.db import transaction
from django.db.models.functions import Lower

from loyalty.identity.models import EmailedCode, User


def sign_out(*, user: User) -> None:
    """Sign a member out in every browser, at once.

    A session covers the password, which members do not have: drawing it again ends them all.
    The door through which it is asked for renews its own. Whoever has a password keeps it,
    and their sessions.
    """
    if user.has_usable_password():
        return
    user.set_unusable_password()
    user.save(update_fields=["password"])


@transaction.atomic
def forget(*, user: User) -> None:
    """Delete a user with their keys. Their sessions open nothing from then on, and say nothing."""
    forget_addresses(addresses={user.email})
    user.delete()


def forget_addresses(*, addresses: set[str]) -> None:
    """Delete codes that were sent to these addresses, and guesses at the desk's door by them.

    They are as they are kept: in lower case. A post office that keeps what it was given, as
    the demo's does, forgets it after the commit.
    """
    EmailedCode.objects.filter(address__in=addresses).delete()
    for attempts in (AccessAttempt, AccessFailureLog):
        typed = attempts.objects.annotate(typed=Lower("username"))
        typed.filter(typed__in=addresses).delete()
    transaction.on_commit(lambda: _forget_letters(addresses))


def _forget_letters(addresses: set[str]) -> None:
    forget = getattr(mail.get_connection(), "forget", None)
    if forget is not None:
        forget(addresses=addresses)
