"""What the documents say, as tests hold it against what the product does."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def python_of(document: str, *, defining: str) -> Callable[..., Any]:
    """Return a function that a document writes down, as somebody who copied it would have it."""
    (code,) = [
        one for one in re.findall(r"```python\n(.*?)```", read(document), re.DOTALL)
        if f"def {defining}(" in one
    ]  # fmt: skip
    names: dict[str, Any] = {}
    exec(compile(code, document, "exec"), names)
    function: Callable[..., Any] = names[defining]
    return function


def described_refusals() -> set[str]:
    """Return the codes of the refusals that the description gives its operations."""
    paths = json.loads(read("docs/openapi.json"))["paths"].values()
    operations = [operation for path in paths for operation in path.values()]
    answers = [one for operation in operations for one in operation["responses"].values()]
    problems = [one.get("content", {}).get("application/problem+json", {}) for one in answers]
    return {
        shown["value"]["code"]
        for problem in problems
        for shown in problem.get("examples", {}).values()
    }
