import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import processes
from tests.journeys.counter import ada, visit
from tests.journeys.stories import PROGRAMS
from tests.pages.conftest import _catalogues_are_compiled
from tests.pages.test_accessibility import browser

__all__ = ["_catalogues_are_compiled", "ada", "browser", "visit"]


@pytest.fixture(scope="module")
def demo(ready_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """A demo of its own: the port it serves and the key of its till."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"This machine has no {', '.join(missing)}.")
    folder, port = tmp_path_factory.mktemp("demo"), processes.free_port()
    (folder / "var").mkdir()
    shutil.copyfile(ready_file, folder / "var" / "loyalty.sqlite3")
    with processes.running(
        ["manage.py", "demo", "--members", "2", "--port", str(port)],
        log=folder / "log",
        VAR_DIR=str(folder / "var"),
    ) as serving:
        said = serving.wait_for("Ctrl-C stops")
        key = re.search(r"Till key +(\S+)", said)
        assert key
        yield port, key[1]
