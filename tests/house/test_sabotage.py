"""Every sabotage can still be tried: its passage is there once, and so is its test."""

import ast
from pathlib import Path

import pytest

from tests.sabotage.table import SABOTAGES, Sabotage

ROOT = Path(__file__).parent.parent.parent
PROMISES = {"P2", "P4", "P5", "P6", "P7", "P8", "P9", "P12", "P13", "P14"}


def names_in(path: Path) -> set[str]:
    """The tests of a file as pytest names them, without parameters."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}::{part.name}"
                for part in node.body
                if isinstance(part, ast.FunctionDef)
            }
    return found


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.breaks)
def test_a_sabotage_applies(sabotage: Sabotage):
    text = (ROOT / sabotage.file).read_text(encoding="utf-8")
    file, _, test = sabotage.test.partition("::")

    assert text.count(sabotage.before) == 1
    ast.parse(text.replace(sabotage.before, sabotage.after))
    assert sabotage.before != sabotage.after
    assert test in names_in(ROOT / file)


def test_there_is_one_for_every_promise_about_points():
    assert {sabotage.promise for sabotage in SABOTAGES} >= PROMISES
    assert len({sabotage.breaks for sabotage in SABOTAGES}) == len(SABOTAGES) >= 12
