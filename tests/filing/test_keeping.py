"""Uploaded files are on the disk for a day, whatever becomes of them."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from loyalty.filing import keeping
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from members.models import FileState, ImportFile
from tests.conftest import NOON
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def keep(by: User) -> Path:
    file = keeping.keep(
        source=io.BytesIO(b"email\na@example.org\n"), size=20, title="m.csv", kind="members",
        options={}, uploaded_by=by, address=None, at=NOON,
    )  # fmt: skip
    return keeping.path_of(file)


def leave(path: Path, *, days_ago: int) -> None:
    written = (NOON - days_ago * DAY).timestamp()
    os.utime(path, (written, written))


class TestPurge:
    def test_throws_away_what_an_upload_that_was_cut_off_left_behind(self):
        known = keep(appoint(Role.CUSTOMER_CARE))
        ImportFile.objects.update(state=FileState.RUNNING, heard_at=NOON)
        cut, fresh = known.with_name("imp_cut.csv"), known.with_name("imp_fresh.csv")
        for path, days in ((cut, 3), (fresh, 1), (known, 3)):
            path.touch()
            leave(path, days_ago=days)

        assert keeping.purge(at=NOON) == 0
        assert [path.exists() for path in (cut, fresh, known)] == [False, True, True]
