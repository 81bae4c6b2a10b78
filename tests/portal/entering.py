"""Members enter in tests as they do in life: an address, then the code in the e-mail."""

import re

from django.core import mail
from django.test import Client
from django.utils import timezone

from loyalty.events import relaying

_DIGITS = re.compile(r"\b\d{6}\b")


def deliver() -> None:
    """Do what the relay does every few seconds."""
    relaying.relay(at=timezone.now())


def last_code(address: str) -> str:
    """Deliver, and return the digits of the last e-mail to an address."""
    deliver()
    to_them = [message for message in mail.outbox if message.to == [address]]
    assert to_them, f"Nothing was sent to {address}."
    found = _DIGITS.search(to_them[-1].body)
    assert found
    return found.group()


def sign_in(client: Client, address: str, **more: str) -> str:
    """Sign in by a code and return where the browser was sent."""
    client.post("/login/", {"email": address, **more})
    return client.post("/login/code/", {"code": last_code(address)}).headers["Location"]
