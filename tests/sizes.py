"""Says which files and functions are too long to read in one go: `python -m tests.sizes`."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_PLACES = ("loyalty", "members", "rewards", "analytics", "tests", "benchmarks", ".ci")
_LONGEST_FILE = 300
_LONGEST_TEST_FILE = 400
_LONGEST_FUNCTION = 40


def main() -> int:
    """Return 0 when everything is short enough."""
    complaints = [line for path in _files() for line in complaints_about(path)]
    sys.stdout.writelines(f"{line}\n" for line in complaints)
    return int(bool(complaints))


def _files() -> Iterator[Path]:
    for place in _PLACES:
        for path in sorted((_ROOT / place).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def complaints_about(path: Path) -> Iterator[str]:
    """Yield a line for the file, and for each function in it, that is too long."""
    source = path.read_text(encoding="utf-8")
    most = _LONGEST_TEST_FILE if "tests" in path.parts else _LONGEST_FILE
    lines = source.count("\n")
    if lines > most:
        yield f"{path}: {lines} lines, {most} at most"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > _LONGEST_FUNCTION:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, 40 at most"


if __name__ == "__main__":
    raise SystemExit(main())
