"""The containers agree with the product. No engine is at hand here: the files are read."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import pytest
import yaml
from django.urls import resolve

ROOT = Path(__file__).parent.parent.parent
OURS = ("migrate", "web", "worker", "beat")
ENVIRONMENT = {
    "SECRET_KEY": "s",
    "POSTGRES_PASSWORD": "pass",
    "ALLOWED_HOSTS": "club.example.org",
    "SITE_URL": "https://club.example.org",
    "EMAIL_URL": "submission://mail.example.org",
    "DEFAULT_FROM_EMAIL": "club@example.org",
}


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    """The file as compose reads it, with what `.env` would say."""

    def filled(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"] or ""
        return ENVIRONMENT.get(name, default)

    pattern = r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?[^}]*)?\}"
    return yaml.safe_load(re.sub(pattern, filled, text).replace("$$", "$"))


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


class TestServices:
    def test_are_the_production_set(self, compose):
        assert list(compose["services"]) == ["postgres", "redis", *OURS, "nginx"]
        assert compose["services"]["nginx"]["profiles"] == ["nginx"]

    def test_are_watched_unless_they_end_by_themselves(self, compose):
        watched = {name for name, one in compose["services"].items() if "healthcheck" in one}

        assert watched == set(compose["services"]) - {"migrate"}

    def test_wait_for_what_they_need(self, compose):
        for name in ("web", "worker", "beat"):
            assert compose["services"][name]["depends_on"] == {
                "postgres": {"condition": "service_healthy"},
                "redis": {"condition": "service_healthy"},
                "migrate": {"condition": "service_completed_successfully"},
            }

    def test_run_one_image(self, compose):
        assert {compose["services"][name]["image"] for name in OURS} == {"loyalty:latest"}

    def test_keep_postgresql_where_version_18_keeps_it(self, compose):
        postgres = compose["services"]["postgres"]

        assert postgres["image"] == "postgres:18"
        assert postgres["volumes"] == ["postgres:/var/lib/postgresql"]
        assert "postgres" in compose["volumes"]


class TestNginx:
    def test_writes_no_address_that_was_asked_for(self, compose):
        said = compose["configs"]["nginx"]["content"]
        form = re.search(r"log_format bare ([^;]*);", said)

        assert form is not None
        assert not re.findall(r"\$\$(?:request|request_uri|uri|args|query\w*|http_\w*)\b", form[1])
        for server in re.split(r"^server \{$", said, flags=re.MULTILINE)[1:]:
            assert re.findall(r"^ *(?:access|error)_log (.*);$", server, re.MULTILINE) == [
                "/dev/stdout bare", "/dev/stderr crit",
            ]  # fmt: skip


class TestSecrets:
    def test_have_no_default(self, text: str):
        secrets = re.findall(r"\$\{(\w*(?:KEY|PASSWORD|SECRET|TOKEN)\w*)(:\?|[^}]*)", text)

        assert {name for name, _ in secrets} == {"SECRET_KEY", "POSTGRES_PASSWORD"}
        assert {default for _, default in secrets} == {":?"}

    def test_are_written_nowhere(self, compose):
        for name in OURS:
            environment = compose["services"][name]["environment"]
            assert environment["SECRET_KEY"] == ENVIRONMENT["SECRET_KEY"]
            assert urlsplit(environment["DATABASE_URL"]).password == "pass"


class TestSettings:
    def test_read_every_variable_that_is_set(self, compose):
        settings = (ROOT / "loyalty" / "settings.py").read_text(encoding="utf-8")
        read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', settings))

        for name in OURS:
            # gunicorn reads the number of its processes itself.
            set_here = set(compose["services"][name]["environment"]) - {"WEB_CONCURRENCY"}
            assert set_here <= read

    def test_find_the_database_that_is_started(self, compose):
        server = compose["services"]["postgres"]["environment"]
        database = dj_database_url.parse(compose["services"]["web"]["environment"]["DATABASE_URL"])

        assert database["ENGINE"] == "django.db.backends.postgresql"
        assert database["HOST"] == "postgres"
        assert (database["USER"], database["NAME"], database["PASSWORD"]) == (
            server["POSTGRES_USER"],
            server["POSTGRES_DB"],
            server["POSTGRES_PASSWORD"],
        )

    def test_keep_files_in_one_place_for_web_and_worker(self, compose, dockerfile: str):
        """Imports are uploaded to `web` and read by `worker`."""
        folder = re.search(r"VAR_DIR=(\S+)", dockerfile)[1]

        mounted = {
            name: one["volumes"]
            for name, one in compose["services"].items()
            if name in OURS and "volumes" in one
        }
        assert mounted == {"web": [f"files:{folder}"], "worker": [f"files:{folder}"]}
        assert "files" in compose["volumes"]
        assert "VAR_DIR" not in compose["services"]["web"]["environment"]
        # A new volume begins as the image's folder: it belongs to who runs there.
        assert f"install --directory --owner=loyalty {folder}" in dockerfile
        assert "USER loyalty" in dockerfile

    def test_find_the_queue_that_is_started(self, compose):
        queue = urlsplit(compose["services"]["web"]["environment"]["REDIS_URL"])

        assert (queue.scheme, queue.hostname) == ("redis", "redis")

    def test_pool_connections_in_web_processes_only(self, compose):
        pooled = {
            name for name in OURS if "DATABASE_POOL" in compose["services"][name]["environment"]
        }

        assert pooled == {"web"}


class TestCommands:
    def test_name_what_exists(self, compose, dockerfile: str):
        for name in ("worker", "beat"):
            assert compose["services"][name]["command"][:4] == [
                "celery", "-A", "loyalty.celery", name,
            ]  # fmt: skip
        assert '"gunicorn", "loyalty.wsgi"' in dockerfile
        assert "manage.py migrate" in compose["services"]["migrate"]["command"][-1]
        assert "manage.py sync_roles" in compose["services"]["migrate"]["command"][-1]

    def test_ask_for_a_page_that_is_there(self, compose):
        question = compose["services"]["web"]["healthcheck"]["test"][-1]
        url = urlsplit(re.search(r'"(http[^"]+)"', question)[1])

        assert resolve(url.path).url_name == "health"
        assert compose["services"]["web"]["ports"] == [f"127.0.0.1:8000:{url.port}"]
        compile(question, "healthcheck", "exec")


class TestTheImage:
    def test_installs_what_is_locked_and_runs_as_nobody_special(self, dockerfile: str):
        assert "--require-hashes --requirement requirements/run.txt" in dockerfile
        assert (ROOT / "requirements" / "run.txt").exists()
        assert dockerfile.index("USER loyalty") < dockerfile.index("CMD")
        assert "collectstatic" in dockerfile

    def test_holds_nothing_of_this_machine(self):
        ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

        assert {".git", ".env", ".venv", "var"} <= set(ignored)
