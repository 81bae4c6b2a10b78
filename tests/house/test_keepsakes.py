import stat
from pathlib import Path

from loyalty import keepsakes


class TestKeep:
    def test_makes_it_once(self, tmp_path: Path):
        path = tmp_path / "new" / "till_key"

        first = keepsakes.keep(path=path, make=lambda: "one")
        second = keepsakes.keep(path=path, make=lambda: "two")

        assert (first, second) == ("one", "one")
        assert [file.name for file in path.parent.iterdir()] == ["till_key"]

    def test_shows_it_to_its_owner_only(self, tmp_path: Path):
        keepsakes.keep(path=tmp_path / "till_key", make=lambda: "one")

        assert stat.S_IMODE((tmp_path / "till_key").stat().st_mode) == 0o600

    def test_agrees_with_whoever_was_first(self, tmp_path: Path):
        path = tmp_path / "till_key"

        def make_while_another_does() -> str:
            keepsakes.keep(path=path, make=lambda: "theirs")
            return "ours"

        assert keepsakes.keep(path=path, make=make_while_another_does) == "theirs"
