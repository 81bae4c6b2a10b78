"""What every command of ours does alike: it refuses in words and exits with 2."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from loyalty.events.models import JobRun
from tests.house import processes


def manage(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command on a machine where nothing was ever prepared."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=processes.ROOT,
        env=processes.clean_environment() | {"LOYALTY_DEMO": "1", "VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


class TestBeforeTheTables:
    @pytest.mark.parametrize(
        "words",
        [
            ("verify_ledger", "--json"),
            ("import_purchases", "sales.csv", "--json"),
        ],
    )
    def test_one_line_says_what_to_run(self, tmp_path: Path, words: tuple[str, ...]):
        done = manage(tmp_path, *words)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            "CommandError: The database has no tables yet: run `python manage.py migrate` first.\n"
        )


def refused(*words: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(*words, stdout=out)
    assert out.getvalue() == ""
    return str(refusal.value)


class TestAPort:
    @pytest.mark.parametrize("port", ["0", "99999", "65536", "00000199999", "http", "-1"])
    def test_is_one_that_exists(self, port: str):
        assert f"{port} is not a port: write a number from 1 to 65535." in refused(
            "demo", f"--port={port}"
        )


@pytest.mark.django_db
class TestADay:
    @pytest.mark.parametrize(
        "words",
        [
            ("points", "--at"),
            ("night", "--day"),
            ("cohorts", "--until"),
            ("rfm", "--at"),
            ("lorenz", "--to", "2026-01-31", "--from"),
            ("measures", "--to", "2026-01-31", "--from"),
        ],
    )
    def test_is_one_of_the_calendar_from_1900_through_2999(self, words: tuple[str, ...]):
        for day in ("0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"):
            assert f"{day} is not between 1900-01-01 and 2999-12-31." in refused(*words, day)
        for day in ("2026-06-31", "tomorrow"):
            assert f"{day} is not a day: write 1998-06-30." in refused(*words, day)

        assert JobRun.objects.exists() is False

    def test_that_is_none_exits_with_2_and_without_a_traceback(self, tmp_path: Path):
        done = manage(tmp_path, "points", "--at", "2026-06-31")

        assert (done.returncode, done.stdout) == (2, "")
        assert "2026-06-31 is not a day: write 1998-06-30." in done.stderr
        assert "Traceback" not in done.stderr
