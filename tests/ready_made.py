"""A database as its migrations leave it, made once and copied for each worker, run and process.

Migrations take longer than most files of tests. They run when one of them, or what installs
with them, is not what it was; the copy is then made anew.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
_FOLDER = ROOT / "var" / "tests"
_PACKAGES = ("analytics", "loyalty", "members", "rewards")
_LOCK_OF_SERVER = 7_166_001


def use() -> None:
    """Let the database of the tests begin as a copy. Call it before that database is made."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = get_template()
    else:
        made = get_file()
        connection.creation._create_test_db = lambda *_asked: _copied(made)


def get_template() -> str:
    """Return the name of a database of this server that holds all tables and no connection."""
    own, wanted = connection.settings_dict["NAME"], _fingerprint()
    name = f"ready_{own}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK_OF_SERVER])
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        )
        if cursor.fetchone() != (wanted,):
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")
            _make(name)
            cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(name)} IS '{wanted}'")
    return name


def get_file() -> Path:
    """Return a closed file that holds all tables."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    file = _FOLDER / f"ready-{_fingerprint()}.sqlite3"
    with _alone(_FOLDER / "lock"):
        if not file.exists():
            for old in _FOLDER.glob("ready-*"):
                old.unlink()
            part = _FOLDER / "making.sqlite3"
            _make(str(part))
            part.rename(file)
    return file


def _make(name: str) -> None:
    """Run every migration on a new database of this name."""
    own, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    wanted = test["NAME"]
    test["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        test["NAME"] = wanted
        settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = own
    if connection.vendor == "sqlite":
        _forget_the_log_of(Path(name))


def _copied(made: Path) -> str:
    name = Path(connection.creation._get_test_db_name())
    name.parent.mkdir(parents=True, exist_ok=True)
    for old in (name, *_logs_of(name)):
        old.unlink(missing_ok=True)
    shutil.copyfile(made, name)
    return str(name)


def _forget_the_log_of(file: Path) -> None:
    """Whoever closes last writes the log into its file; with another reader it would stay."""
    if any(log.exists() for log in _logs_of(file)):
        raise RuntimeError(f"{file} is open elsewhere")


def _logs_of(file: Path) -> list[Path]:
    return [file.with_name(file.name + end) for end in ("-wal", "-shm")]


def _fingerprint() -> str:
    """Return a name for all that makes the tables: migrations, models, what is installed."""
    found = hashlib.sha256()
    for path in sorted(_sources()):
        found.update(f"{path.relative_to(ROOT)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:24]


def _sources() -> Iterator[Path]:
    yield from (ROOT / "requirements" / "run.txt", ROOT / "loyalty" / "settings.py")
    for package in _PACKAGES:
        yield from (ROOT / package).glob("**/migrations/*.py")
        yield from (ROOT / package).glob("**/models/*.py")


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Wait until no other process is here. The lock goes with whoever holds it."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
