"""Secrets of endpoints and what is signed with them, as Standard Webhooks 1.0 says."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from loyalty.core import sealing

_PREFIX = "whsec_"
_BYTES = 32
_PURPOSE = "loyalty.webhooks.secrets"


def make_secret() -> str:
    """Return a new secret: 256 bits of chance, written as receivers paste it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def seal(secret: str) -> str:
    return sealing.seal(secret, purpose=_PURPOSE)


def unseal(sealed: str) -> str:
    return sealing.unseal(sealed, purpose=_PURPOSE)


def headers(
    *, message_id: str, body: bytes, secrets_in_force: list[str], at: datetime
) -> dict[str, str]:
    """Return the three headers of a message: its id, the moment, a signature for each secret."""
    moment = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), moment.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(_sign(signed, secret) for secret in secrets_in_force),
    }


def _sign(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
