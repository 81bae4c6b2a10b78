"""`make sabotage`: breaks each promise in turn, on a copy, and looks whether its test says so.

Ends with 1 if a test stays green, if a passage is not there, or if a test is red beforehand. Names
part of what is broken to try those alone: `make sabotage ARGS="lapse"`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests import cluster
from tests.sabotage.table import POSTGRESQL, SABOTAGES, Sabotage

ROOT = Path(__file__).parent.parent.parent
FAILED = 1
PATIENCE = 600


class Copy:
    """The tree, elsewhere, where it may be broken."""

    def __init__(self, folder: Path, *, url: str) -> None:
        self.folder, self.url = folder, url
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True, text=True,
        ).stdout  # fmt: skip
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (folder / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / "tree" / name)

    def run(self, tests: Sequence[str], *, engine: str, has_own_tables: bool = False) -> int:
        """Return how pytest ended; the tables of one run serve the next unless it says not."""
        var = self.folder / ("own-var" if has_own_tables else "var")
        var.mkdir(exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        environment |= {"VAR_DIR": str(var), "PYTHONDONTWRITEBYTECODE": "1"}
        if engine == POSTGRESQL:
            environment["DATABASE_URL"] = self.url
        made = "--create-db" if has_own_tables else "--reuse-db"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", made, *tests],
            cwd=self.folder / "tree", env=environment, timeout=PATIENCE, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if done.returncode not in {0, FAILED}:
            say(done.stdout[-2_000:])
        return done.returncode

    def try_out(self, sabotage: Sabotage) -> str:
        """Break the copy, run the test, mend the copy; return what came of it."""
        path = self.folder / "tree" / sabotage.file
        sound = path.read_text(encoding="utf-8")
        if sound.count(sabotage.before) != 1:
            return "DOES NOT APPLY"
        path.write_text(sound.replace(sabotage.before, sabotage.after), encoding="utf-8")
        try:
            code = self.run(
                [sabotage.test], engine=sabotage.engine, has_own_tables=sabotage.makes_tables
            )
        finally:
            path.write_text(sound, encoding="utf-8")
        return {0: "STAYED GREEN", FAILED: "red"}.get(code, f"DID NOT RUN ({code})")


OURS = frozenset({"DATABASE_URL", "VAR_DIR", "DJANGO_SETTINGS_MODULE"})


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def main(arguments: Sequence[str]) -> int:
    """Try what was asked for and print a table; 0 if every test was green and turned red."""
    asked = [one for one in SABOTAGES if all(word in one.breaks for word in arguments)]
    with ExitStack() as stack:
        url = os.environ.get("TEST_DATABASE_URL", "")
        if not url and any(one.engine == POSTGRESQL for one in asked):
            url, _version = stack.enter_context(cluster.running())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="loyalty-sabotage-"))
        copy = Copy(Path(folder), url=url)
        if not are_green(copy, asked):
            return 1
        width = max(len(one.breaks) for one in asked)
        outcomes = []
        for one in asked:
            outcomes.append(copy.try_out(one))
            say(f"{one.promise:4} {one.breaks:{width}}  {outcomes[-1]:14} {one.test}")
    missed = len(outcomes) - outcomes.count("red")
    say(f"{len(outcomes)} sabotages, {missed} of which nobody would notice.")
    return 1 if missed else 0


def are_green(copy: Copy, asked: Sequence[Sabotage]) -> bool:
    """The control: whole, the tree passes every test that is to fail."""
    for engine in sorted({one.engine for one in asked}):
        tests = sorted({one.test for one in asked if one.engine == engine})
        if copy.run(tests, engine=engine) != 0:
            say(f"On {engine}, a test is red before anything is broken.")
            return False
    say("Whole, the tree passes every one of these tests. Now broken:")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
