"""What somebody who is forgotten wrote to us, destroyed. The scores they gave tell of nobody."""

from django.db import transaction
from django.db.models import Q

from analytics.models import Answer, Invitation
from members.models import Member


@transaction.atomic
def forget(*, member: Member) -> None:
    """Destroy the comments of a member, and the links that still lead to a question of theirs.

    Their scores stay under the opaque id, and with whoever was merged into them. May be repeated.
    """
    theirs = Q(member=member) | Q(member__merged_into=member)
    asked = Invitation.objects.filter(theirs)
    Answer.objects.filter(invitation__in=asked).exclude(comment="").update(comment="")
    asked.filter(answer=None).delete()
    asked.exclude(token_hash=None).update(token_hash=None)
