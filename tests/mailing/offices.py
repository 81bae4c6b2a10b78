"""Post offices that fail: real backends of Django's mail API, which tests put in its place."""

from collections.abc import Sequence
from smtplib import (
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from typing import ClassVar

from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

HERE = "tests.mailing.offices"


class Office(EmailBackend):
    """Delivers; counts how often it was opened and closed."""

    opened: ClassVar[int] = 0
    closed: ClassVar[int] = 0

    def open(self) -> bool:
        Office.opened += 1
        return True

    def close(self) -> None:
        Office.closed += 1


class Down(EmailBackend):
    """Nobody answers."""

    def open(self) -> bool:
        raise ConnectionRefusedError


class Troubled(EmailBackend):
    """Does to a letter what its address says, and delivers the others."""

    troubles: ClassVar[dict[str, Exception]] = {
        "later@": SMTPDataError(451, b"try later"),
        "nobody@": SMTPRecipientsRefused({"nobody@example.org": (550, b"no such user")}),
        "full@": SMTPRecipientsRefused({"full@example.org": (452, b"mailbox full")}),
        "cut@": SMTPServerDisconnected("gone"),
    }

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            for beginning, trouble in self.troubles.items():
                if message.to[0].startswith(beginning):
                    raise trouble
        return super().send_messages(messages)


class Killed(EmailBackend):
    """Delivers, and then the process is gone before it could say so."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        super().send_messages(messages)
        raise SystemExit


class Slow(Office):
    """Calls somebody before each letter: what happens while others are being sent."""

    before: ClassVar[list] = []

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        sent = super().send_messages(messages)
        while self.before:
            self.before.pop()()
        return sent
