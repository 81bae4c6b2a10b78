"""How django-allauth keeps second factors here: encrypted, and under the programme's name."""

from base64 import urlsafe_b64encode

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "loyalty.identity.second-factors"


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps what makes codes encrypted with SECRET_KEY: a copied database opens nothing."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    """Return what seals with SECRET_KEY, and still opens what its fallbacks sealed."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(secret: str | bytes) -> bytes:
    digest = salted_hmac(_SALT, "fernet", secret=secret, algorithm="sha256").digest()
    return urlsafe_b64encode(digest)
