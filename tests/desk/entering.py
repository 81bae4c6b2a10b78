"""Staff enter in tests as they do in life: a password, then what an authenticator shows."""

from datetime import datetime

from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.utils import timezone

from loyalty.identity import second_factors
from loyalty.identity.models import User

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def appoint(address: str = "grace@example.test") -> User:
    """Return an administrator who has a password and no second factor yet."""
    return User.objects.create_superuser(address, PASSWORD, language="en")


def code_at(moment: datetime) -> str:
    """Return what the authenticator shows."""
    counter = int(moment.timestamp()) // 30
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, counter)))


def set_up(user: User, *, at: datetime) -> list[str]:
    """Give somebody an authenticator, and return their recovery codes."""
    return second_factors.add_totp(user=user, secret=SECRET, code=code_at(at), at=at)


def show_password(client: Client, address: str = "grace@example.test", **more: str) -> str:
    """Type a password and return where the browser was sent."""
    data = {"username": address, "password": PASSWORD, **more}
    return client.post("/desk/login/", data).headers["Location"]


def prove(client: Client) -> None:
    """Answer beforehand what `asks_again` asks of whoever is signed in."""
    session = client.session
    session["proved_at"] = timezone.now().timestamp()
    session.save()
