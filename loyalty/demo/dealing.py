"""What the demo's staff did lately: notes, a gesture, a request that waits, a blocked member."""

from datetime import datetime, timedelta

from loyalty.demo import credentials
from loyalty.identity.models import User
from loyalty.programmes import books
from members import adjusting, blocking, noting
from members.models import AdjustmentReason, Member

_NOTES = (
    "Préfère être jointe par e-mail. A demandé un moulin pour Noël.",
    "Le paquet de café était abîmé : échangé en magasin.",
    "Vient souvent avec sa sœur, qui n’a pas encore de carte.",
)
_HOUR = timedelta(hours=1)


def deal(*, at: datetime) -> None:
    """Let customer care do what the administrator finds in the morning. Needs the staff."""
    care = User.objects.get(email=credentials.CARE)
    members = list(Member.objects.active().order_by("pk")[:6])
    for member, text in zip(members, _NOTES, strict=False):
        noting.write(member=member, text=text, author=care, at=at - 3 * _HOUR)
    if len(members) < len(_NOTES):
        return
    _adjust(members[1], 60, "Colis abîmé : un geste.", by=care, key="gesture", at=at)
    _adjust(members[2], 900, "Ticket perdu de la machine à café.", by=care, key="above", at=at)
    actor, reason = f"user:{care.pk}", "Carte perdue, en attente de la nouvelle."
    blocking.block(member=members[-1], at=at - _HOUR, actor=actor, reason=reason)


def _adjust(member: Member, points: int, note: str, *, by: User, key: str, at: datetime) -> None:
    adjusting.adjust(
        member=member,
        wallet=books.get_book().spending_wallet,
        points=points,
        reason=AdjustmentReason.GOODWILL,
        note=note,
        requested_by=by,
        key=key,
        at=at,
    )
