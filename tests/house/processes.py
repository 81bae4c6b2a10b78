"""Our own processes, started as an operator starts them, and stopped whatever happens."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Running:
    """A process and the file that holds all it said."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, words: str, *, seconds: int = 240) -> str:
        """Return what was said once the words are among it."""
        wait_until(lambda: words in self.said or self.has_ended, seconds=seconds)
        assert words in self.said, self.said
        return self.said

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code, within half a minute."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@contextmanager
def running(arguments: Sequence[str], *, log: Path, **environment: str) -> Iterator[Running]:
    """Start a program of the project's interpreter; kill it at the end if it still runs."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=clean_environment() | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(process, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=30)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what it says about the installation."""
    ours = re.compile(
        r"LOYALTY_DEMO|SECRET_KEY|VAR_DIR|(DATABASE|REDIS|SITE|EMAIL)_URL|DJANGO_.*|DEBUG"
    )
    kept = {name: value for name, value in os.environ.items() if not ours.fullmatch(name)}
    return kept | {"PYTHONUNBUFFERED": "1"}


def wait_until(is_so: Callable[[], object], *, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
