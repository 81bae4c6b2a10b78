"""The import contracts themselves: `make lint` keeps them, these tests keep them whole."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
KERNEL = {"core", "events", "identity", "ledger", "programmes", "clients"}
APPS = ("members", "rewards", "analytics", *(f"loyalty.{name}" for name in sorted(KERNEL)))


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, Any]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {one["id"]: one for one in project["tool"]["importlinter"]["contracts"]}


def names(layer: str) -> set[str]:
    return set(re.split(r"\s*[|:]\s*", layer))


class TestTheHouse:
    def test_has_every_shell_module_above_everything(self, contracts):
        inside = set().union(*(names(layer) for layer in contracts["loyalty"]["layers"]))
        above = {name.removeprefix("loyalty.") for name in names(contracts["house"]["layers"][0])}

        assert above == inside - KERNEL

    def test_has_a_contract_for_every_app_that_leaves_no_file_out(self, contracts):
        whole = {
            container
            for one in contracts.values()
            if one.get("exhaustive")
            for container in one["containers"]
        }

        assert {"loyalty", *APPS} <= whole

    def test_lets_migrations_alone_be_left_out(self, contracts):
        left_out = {
            name for one in contracts.values() for name in one.get("exhaustive_ignores", ())
        }

        assert left_out == {"migrations"}
        assert not any(one.get("ignore_imports") for one in contracts.values())


class TestThePureModules:
    def test_are_all_that_promise_to_be(self, contracts):
        listed = set(contracts["pure"]["source_modules"])

        for path in promising():
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            assert any(module == one or module.startswith(f"{one}.") for one in listed), module

    def test_exist(self, contracts):
        for module in contracts["pure"]["source_modules"]:
            place = ROOT / module.replace(".", "/")
            assert place.with_suffix(".py").exists() or place.is_dir(), module


def promising() -> list[Path]:
    """Return the modules whose docstring says that they are pure."""
    found = []
    for place in ("loyalty", "members", "rewards", "analytics"):
        for path in (ROOT / place).rglob("*.py"):
            said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            if re.search(r"\bPure\.", said):
                found.append(path)
    assert found
    return found
