"""How django-allauth keeps second factors here: encrypted, and under the programme's name."""

from allauth.mfa.adapter import DefaultMFAAdapter

from loyalty.core import sealing

_PURPOSE = "loyalty.identity.second-factors"


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps what makes codes encrypted with SECRET_KEY: a copied database opens nothing."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, purpose=_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, purpose=_PURPOSE)
