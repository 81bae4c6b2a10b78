import pytest
from django.db import IntegrityError, transaction

from members import consenting
from members.consenting import Said
from members.models import Consent, Member
from tests.conftest import NOON


@pytest.mark.parametrize(("channel", "purpose"), [("email", "MARKETING"), ("EMAIL", "news")])
def test_nothing_else_than_the_choices_is_kept(ada: Member, channel: str, purpose: str):
    said = Said(channel=channel, purpose=purpose, is_given=True, text_version="1")

    with pytest.raises(IntegrityError), transaction.atomic():
        consenting.say(member=ada, said=said, at=NOON)

    assert Consent.objects.exists() is False
