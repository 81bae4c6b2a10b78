"""An e-mail with the headers that post offices ask for."""

from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from loyalty.mailing import rendering
from loyalty.mailing.letters import Letter


def compose(*, letter: Letter, address: str, name: str) -> EmailMultiAlternatives:
    """Return one e-mail in text and HTML.

    `name` is what its Message-ID says: sent again under the same one it is the same e-mail to
    whoever receives it. Advertising can be ended with one click (RFC 8058).
    """
    mail = rendering.render(letter=letter)
    composed = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=_sender(letter.programme),
        to=[address],
        headers=_headers(letter, name),
    )
    composed.attach_alternative(mail.html, "text/html")
    return composed


def _headers(letter: Letter, name: str) -> dict[str, str]:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{name}@{host}>",
        "Content-Language": letter.language,
        # So that no machine answers: RFC 3834.
        "Auto-Submitted": "auto-generated",
    }
    if letter.unsubscribe:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _sender(programme: str) -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or programme, address))
