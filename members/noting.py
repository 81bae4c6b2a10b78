"""What staff write down about a member, for whoever serves them next."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, ValidationFailed
from loyalty.identity.models import User
from members import blocking
from members.models import Member, MemberNote

LONGEST = 1_000


@transaction.atomic
def write(*, member: Member, text: str, author: User, at: datetime) -> MemberNote:
    """Keep a note about a member. Raises ValidationFailed, or MemberClosed of who has left."""
    text = text.replace("\0", "").strip()
    if not 0 < len(text) <= LONGEST:
        raise ValidationFailed(
            errors=[FieldRefusal("/text", "invalid", _("Write a note of up to 1,000 characters."))]
        )
    # Under the lock: whoever was erased a moment ago has been closed by now.
    member = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    blocking.check_is_current(member=member)
    return MemberNote.objects.create(member=member, text=text, author=author, written_at=at)


def erase(*, note: MemberNote) -> None:
    """Destroy a note. Nothing keeps what it said."""
    note.delete()
