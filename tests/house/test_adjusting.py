"""Points are adjusted by one capability: nothing else in the product calls the ledger's verb."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ALLOWED = {"members/adjusting.py"}


def callers() -> set[str]:
    """Return the files that name `posting.adjust`, however they came by it."""
    found = set()
    for place in ("loyalty", "members", "rewards", "analytics"):
        for path in (ROOT / place).rglob("*.py"):
            if "migrations" not in path.parts and "posting" not in path.parts:
                found |= (
                    {str(path.relative_to(ROOT))} if names_it(path.read_text("utf-8")) else set()
                )
    return found


def names_it(source: str) -> bool:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr="adjust", value=ast.Name(id="posting" | "verbs")):
                return True
            case ast.ImportFrom(module=module, names=names) if "posting" in (module or ""):
                if any(name.name in ("adjust", "*") for name in names):
                    return True
            case ast.Constant(value="adjust"):
                return True
    return False


class TestAdjust:
    def test_is_called_by_the_capability_alone(self):
        assert callers() == ALLOWED

    def test_is_recognised_in_every_spelling(self):
        for spelling in (
            "posting.adjust(points=1)",
            "from loyalty.ledger.posting import adjust",
            "from loyalty.ledger.posting.verbs import adjust as give",
            "do = posting.adjust",
            "getattr(posting, 'adjust')",
        ):
            assert names_it(spelling), spelling

    def test_is_offered_by_no_door_of_the_api(self):
        described = (ROOT / "docs/openapi.json").read_text("utf-8")

        assert "adjust" not in described.lower()
