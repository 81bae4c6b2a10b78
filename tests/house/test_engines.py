from pathlib import Path

import psycopg
import pytest

from tests import cluster, engines, sizes

ONE_QUICK_TEST = "tests/house/test_keepsakes.py"


def outcomes(*, postgresql_ran: bool) -> list[engines.Outcome]:
    return [
        engines.Outcome("sqlite", "SQLite", "passed"),
        engines.Outcome("postgresql", "PostgreSQL", "", has_run=postgresql_ran),
    ]


class TestTheRunner:
    @pytest.fixture
    def ran(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The databases that the suite was run on; the suite is the part that is outside."""
        databases: list[str] = []

        def run(code, name, arguments, *, database):
            databases.append(database)
            return engines.Outcome(code, name, "passed")

        monkeypatch.setattr(engines, "_run", run)
        return databases

    def test_uses_the_server_it_is_given(self, ran, monkeypatch, capsys):
        monkeypatch.setenv("TEST_DATABASE_URL", "postgres://somewhere/else")

        assert engines.main([]) == 0
        assert ran == ["", "postgres://somewhere/else"]
        assert capsys.readouterr().out.splitlines()[-1].startswith("Engines: SQLite 3.")

    def test_says_that_an_engine_is_missing_and_fails_only_if_it_is_required(
        self, ran, monkeypatch, capsys
    ):
        monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
        monkeypatch.setattr(cluster, "candidates", list)
        monkeypatch.setattr(cluster, "_from_the_wheel", list)

        monkeypatch.setenv("REQUIRE_ENGINES", "")
        assert engines.main([]) == 0
        assert "PostgreSQL: did not run (no initdb" in capsys.readouterr().out.splitlines()[-1]
        monkeypatch.setenv("REQUIRE_ENGINES", "sqlite,postgresql")
        assert engines.main([]) == 1
        assert ran == ["", ""]


class TestARequiredEngine:
    def test_that_ran_is_not_missing(self, monkeypatch):
        monkeypatch.setenv("REQUIRE_ENGINES", "sqlite,postgresql")

        assert engines._is_one_missing(outcomes(postgresql_ran=True)) is False
        assert engines._is_one_missing(outcomes(postgresql_ran=False)) is True


class TestOneEngine:
    def run(self, *arguments: str) -> engines.Outcome:
        return engines._run("sqlite", "SQLite", ["-q", "-n0", *arguments], database="")

    def test_passes_when_its_tests_do(self):
        assert self.run(ONE_QUICK_TEST).words == "passed"

    def test_fails_when_one_does_not(self, tmp_path: Path):
        bad = tmp_path / "test_bad.py"
        bad.write_text("def test_bad():\n    assert False\n")

        assert self.run(str(bad), "-c", "pyproject.toml").has_failed is True

    def test_fails_when_there_are_none(self):
        assert self.run(ONE_QUICK_TEST, "-k", "nothing_is_called_so").has_failed is True

    def test_is_missing_when_none_of_its_tests_asks_it(self):
        outcome = self.run("--only-with-a-database", ONE_QUICK_TEST)

        assert (outcome.has_run, outcome.has_failed) == (False, False)


class TestTheTemporaryServer:
    def test_serves_and_leaves_nothing_behind(self):
        try:
            with cluster.running() as (url, version):
                with psycopg.connect(url) as connection:
                    durable, at = connection.execute(
                        "SELECT current_setting('synchronous_commit'), version()"
                    ).fetchone()
                folder = Path(_data_folder(url))
        except cluster.NoServer as reason:
            pytest.skip(str(reason))

        assert (durable, f"PostgreSQL {version}" in at) == ("on", True)
        assert not folder.exists()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2)


def _data_folder(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute("SHOW data_directory").fetchone()[0]


class TestTheSizesCheck:
    def test_names_what_is_too_long(self, tmp_path: Path):
        long = tmp_path / "long.py"
        long.write_text("def story():\n" + "    told = 1\n" * 40 + "\n" * 300)

        assert list(sizes.complaints_about(long)) == [
            f"{long}: 341 lines, 300 at most",
            f"{long}:1: story has 41 lines, 40 at most",
        ]
