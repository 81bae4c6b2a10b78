"""Sends the codes that people asked for, to whoever may have one."""

from collections.abc import Sequence

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from loyalty.events import outbox
from loyalty.events.models import OutboxEvent
from loyalty.identity import codes
from loyalty.identity.models import EmailedCode
from loyalty.mailing import composing
from loyalty.mailing.letters import Letter
from loyalty.programmes import books
from members import contacting, signing_in


@outbox.on(codes.ASKED, is_outward=True)
def send_codes(events: Sequence[OutboxEvent]) -> None:
    """Send each code that is still good. To an address that nobody has, nothing goes out.

    A code to join goes to any address: whoever owns it may become a member.
    """
    wanted = {event.payload["code"] for event in events}
    good = EmailedCode.objects.filter(
        public_id__in=wanted, expires_at__gt=timezone.now(), proved_at=None
    )
    for code in good.order_by("pk"):
        member = signing_in.get_member(address=code.address)
        if member or code.answers is not None:
            _send(code, first_name=member.first_name if member else "")


def _send(code: EmailedCode, *, first_name: str) -> None:
    with translation.override(code.language):
        reason = (
            _("You receive this e-mail because a member asked to be written to at your address.")
            if (code.answers or {}).get("for") == contacting.PURPOSE
            else _(
                "You are receiving this e-mail because somebody entered your address to sign in."
            )
        )
    letter = Letter(
        template="sign_in_code",
        language=code.language,
        programme=books.get_book().name,
        reason=reason,
        first_name=first_name,
        says={"code": codes.digits_of(code), "minutes": int(codes.LIFE.total_seconds() // 60)},
    )
    # Asked for again it is another e-mail, with other digits.
    name = f"{code.public_id}.{code.sendings}"
    composing.compose(letter=letter, address=code.address, name=name).send()
