"""The language that somebody reads, chosen by themselves."""

from datetime import datetime

from django.db import transaction

from loyalty.events import outbox
from loyalty.identity.models import User
from members.models import Member


@transaction.atomic
def prefer(*, user: User, language: str, at: datetime) -> None:
    """Speak this language to somebody from now on, on pages and in e-mails."""
    if user.language != language:
        User.objects.filter(pk=user.pk).update(language=language)
    members = Member.objects.select_for_update(of=("self",)).current()
    member = members.filter(user=user).exclude(language=language).first()
    if member:
        member.language = language
        member.save(update_fields=["language"])
        payload = {"member": member.public_id, "fields": ["language"]}
        outbox.record("member.updated", payload, at=at)
