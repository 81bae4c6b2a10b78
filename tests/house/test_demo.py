"""`manage.py demo` as a newcomer meets it: one process, SQLite, nothing else."""

import re
import shutil
import signal
import sqlite3
import urllib.request
from pathlib import Path

import pytest

from tests.house import processes
from tests.house.processes import Running

SERVED = "Ctrl-C stops"
STEPS = [
    "settle", "notices", "tiers", "memberships", "tier-warnings", "referrals", "birthdays",
    "vouchers",
    "measures", "losses", "forecasts", "segments", "figures",
]  # fmt: skip


def get(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=20) as answer:
        return int(answer.status)


def jobs_done(folder: Path) -> list[str]:
    """Return the steps of the nights: two ticks may share one, and midnight begins another."""
    database = sqlite3.connect(folder / "loyalty.sqlite3", timeout=20)
    try:
        rows = database.execute("SELECT job FROM events_jobrun WHERE state='DONE' ORDER BY id")
        return list(dict.fromkeys(job for (job,) in rows))
    finally:
        database.close()


def till_key(running: Running) -> str:
    found = re.search(r"Till key +(\S+)", running.said)
    assert found, running.said
    return found[1]


class TestTheFirstStart:
    def test_serves_and_runs_the_night_by_itself_until_ctrl_c(self, tmp_path: Path):
        port = processes.free_port()
        with processes.running(
            ["manage.py", "demo", "--members", "3", "--port", str(port)],
            log=tmp_path / "log",
            VAR_DIR=str(tmp_path / "var"),
            NIGHT_TICK_SECONDS="1",
        ) as demo:
            said = demo.wait_for(SERVED)
            assert [get(port, path) for path in ("health/", "", "desk/login/")] == [200] * 3
            processes.wait_until(lambda: jobs_done(tmp_path / "var") == STEPS, seconds=240)
            assert jobs_done(tmp_path / "var") == STEPS
            code = demo.stop(signal.SIGINT)

        assert code == 0
        assert demo.said.endswith("Stopped.\n")
        assert "Traceback" not in demo.said
        for words in ("camille.martin.1@example.org", "Cashier", "Administrator", "Password"):
            assert words in said


class TestTheSecondStart:
    @pytest.fixture
    def seeded(self, ready_file: Path, tmp_path: Path) -> Path:
        folder = tmp_path / "var"
        folder.mkdir()
        shutil.copyfile(ready_file, folder / "loyalty.sqlite3")
        with processes.running(
            ["manage.py", "demo", "--seed-only", "--members", "2"],
            log=tmp_path / "seeding",
            VAR_DIR=str(folder),
        ) as seeding:
            assert seeding.process.wait(timeout=240) == 0, seeding.said
        return folder

    def start(self, folder: Path, log: Path) -> tuple[str, str]:
        """Start, stop by SIGTERM, and return what was said and the key."""
        with processes.running(
            ["manage.py", "demo", "--port", str(processes.free_port())],
            log=log,
            VAR_DIR=str(folder),
        ) as demo:
            demo.wait_for(SERVED)
            assert demo.stop(signal.SIGTERM) == 0
        return demo.said, till_key(demo)

    def test_reuses_everything(self, seeded: Path, tmp_path: Path):
        _, first_key = self.start(seeded, tmp_path / "first")
        said, second_key = self.start(seeded, tmp_path / "second")

        assert second_key == first_key
        assert "Preparing" not in said
        assert "recorded" not in said
        assert "Stopped." in said


class TestAPortInUse:
    def test_is_refused_before_anything_is_prepared(self, tmp_path: Path):
        import socket

        with socket.socket() as somebody:
            somebody.bind(("127.0.0.1", 0))
            somebody.listen()
            port = str(somebody.getsockname()[1])
            with processes.running(
                ["manage.py", "demo", "--port", port],
                log=tmp_path / "log",
                VAR_DIR=str(tmp_path / "var"),
            ) as demo:
                assert demo.process.wait(timeout=60) == 1

        assert f"Port {port} is taken" in demo.said
        assert not (tmp_path / "var" / "loyalty.sqlite3").exists()
