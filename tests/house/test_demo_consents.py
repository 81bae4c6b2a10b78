import pytest

from loyalty.demo import seeding
from members import consenting
from members.models import ConsentChannel, ConsentPurpose, Member
from tests.conftest import NOON


@pytest.mark.django_db
def test_what_the_demos_members_said_is_in_force(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    seeding.seed(number=1, members=4, at=NOON, progress=lambda _done, _total: None)

    allowed = [
        consenting.is_allowed(
            member=member, channel=ConsentChannel.EMAIL, purpose=ConsentPurpose.MARKETING
        )
        for member in Member.objects.all()
    ]

    assert sorted(allowed) == [False, True, True, True]
