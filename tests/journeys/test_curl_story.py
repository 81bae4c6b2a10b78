"""README's "A till in seven calls", run as it stands there against the served demo."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house import processes

README = Path(__file__).parents[2] / "README.md"
HEADING = "## A till in seven calls"
MARK = "8<-------"
# A newcomer's machine has these; a test that needs them says so where it has not.
PROGRAMS = ("bash", "curl", "python3", "cmp", "grep")


@dataclass(frozen=True)
class Step:
    """A block that a reader pastes, and what README says it prints."""

    typed: str
    printed: str


def section() -> str:
    return README.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]


def read_setup() -> str:
    found = re.search(r"```sh\n(.*?)```", section(), re.DOTALL)
    assert found
    return found[1]


def read_steps() -> list[Step]:
    blocks = re.findall(r"```sh\n([^`]*)```\n\n```text\n([^`]*)```", section())
    return [Step(typed, printed) for typed, printed in blocks]


def normalised(said: str) -> str:
    """Return what was said with each id and moment replaced by what it is."""
    said = re.sub(r"\b(mem|pur|req|rew|rdm)_[0-9a-z]{26}\b", r"\1_…", said)
    said = re.sub(r"\b[0-9A-Z]{5}(-[0-9A-Z]{5}){2}\b", "<code>", said)
    said = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", "<moment>", said)
    return re.sub(r"\d{4}-\d\d-\d\d", "<day>", said).strip()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """A demo of its own: the port it serves and the key of its till."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"This machine has no {', '.join(missing)}.")
    folder, port = tmp_path_factory.mktemp("demo"), processes.free_port()
    with processes.running(
        ["manage.py", "demo", "--members", "2", "--port", str(port)],
        log=folder / "log",
        VAR_DIR=str(folder / "var"),
    ) as serving:
        said = serving.wait_for("Ctrl-C stops")
        key = re.search(r"Till key +(\S+)", said)
        assert key
        yield port, key[1]


def run(demo: tuple[int, str], folder: Path) -> list[str]:
    """Type the whole story into one shell and return what each step printed."""
    port, key = demo
    setup = read_setup().replace(":8000", f":{port}").replace("KEY=...", f"KEY={key}")
    typed = f"\necho; echo '{MARK}'\n".join(step.typed for step in read_steps())
    shell = subprocess.run(
        ["bash", "-eu", "-c", setup + typed],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (shell.stderr, shell.returncode) == ("", 0), shell.stdout
    return shell.stdout.split(MARK)


@pytest.mark.sqlite
class TestTheStory:
    def test_tells_eight_steps(self):
        assert len(read_steps()) == 8

    def test_prints_what_readme_prints(self, demo: tuple[int, str], tmp_path: Path):
        printed = run(demo, tmp_path)

        told = [normalised(step.printed) for step in read_steps()]
        for said, expected in zip(printed, told, strict=True):
            assert normalised(said) == expected

    def test_prints_the_same_when_it_is_typed_again(self, demo: tuple[int, str], tmp_path: Path):
        first, again = run(demo, tmp_path), run(demo, tmp_path)

        # The refusal names the request that got it, so only its id differs.
        assert [normalised(said) for said in again] == [normalised(said) for said in first]
        assert again[0] == first[0]
        assert again[2] == first[2]
