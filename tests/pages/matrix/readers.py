"""Everybody who may come to a page, each by a letter, and what came of it when they did."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from tests.desk.entering import prove

ANONYMOUS = "x"
# Ada of Lyon, and Ben of Nice, where the manager is.
MEMBERS = "ab"
# Lou, who left the programme.
FORMER = "l"
# Cashier, manager of Nice alone, marketing, customer care, analyst, auditor, administrator.
STAFF = "KSMCYUA"
EVERYBODY = ANONYMOUS + MEMBERS + FORMER + STAFF
NOBODY = ""

YES, SIGN_IN, FORBIDDEN, NOT_FOUND, WRONG_METHOD = "yes", "sign in", "403", "404", "405"
_REFUSALS = {401: "401", 403: FORBIDDEN, 404: NOT_FOUND, 405: WRONG_METHOD}
_ENTRANCES = ("/login/", "/desk/login/")


class Reader:
    """A browser that is the same person at each visit, whatever the one before did."""

    def __init__(self, user: AbstractUser | None = None, *, how: str = "") -> None:
        self.client = Client(headers={"accept-language": "en"})
        if user is not None:
            self.client.force_login(user)
            prove(self.client)
        if how:
            session = self.client.session
            session["entered_how"] = how
            session.save()
        self._cookies = {name: kept.value for name, kept in self.client.cookies.items()}

    def visit(self, method: str, path: str, *, is_table: bool = False) -> str:
        """Say what came of a visit; what it changed is taken back."""
        self.client.cookies.clear()
        for name, value in self._cookies.items():
            self.client.cookies[name] = value
        with _taken_back():
            answer = getattr(self.client, method.lower())(path)
            # Closing the answer itself would close the database under the test.
            for close in answer._resource_closers:
                close()
            return outcome_of(answer, is_table=is_table)


def outcome_of(response: HttpResponseBase, *, is_table: bool = False) -> str:
    """Say whether somebody came in, or how they were refused.

    A form that is shown again with its errors is behind the door, and so is a refusal of what
    was sent; a redirect is too, unless it leads to a sign-in page and back.
    """
    if response.status_code in _REFUSALS:
        return _REFUSALS[response.status_code]
    if response.status_code == 302:
        target = urlsplit(response.headers["Location"])
        is_owing = target.path == "/desk/mfa/" and not settings.DEMO
        if target.path == "/desk/" and is_table:
            return NOT_FOUND
        if is_owing or (target.path in _ENTRANCES and "next=" in target.query):
            return SIGN_IN
    return YES


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
