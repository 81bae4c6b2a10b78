"""Stories of curl in the documents, typed as they stand there against a served demo."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MARK = "8<-------"
# A newcomer's machine has these; a test that needs them says so where it has not.
PROGRAMS = ("bash", "curl", "python3", "cmp", "grep", "tee")


@dataclass(frozen=True)
class Step:
    """A block that a reader pastes, and what the document says it prints."""

    typed: str
    printed: str


@dataclass(frozen=True)
class Story:
    """One section of a document: how its shell is set up, and what is typed then."""

    setup: str
    steps: list[Step]


def read_story(document: str, *, heading: str) -> Story:
    text = (ROOT / document).read_text(encoding="utf-8")
    section = text.partition(heading)[2].partition("\n## ")[0]
    found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found
    blocks = re.findall(r"```sh\n([^`]*)```\n\n```text\n([^`]*)```", section)
    assert len(blocks) == section.count("```sh") - 1, "a block says nothing of what it prints"
    return Story(found[1], [Step(typed, printed) for typed, printed in blocks])


def normalised(said: str) -> str:
    """Return what was said with each id and moment replaced by what it is."""
    said = re.sub(r"\b(mem|pur|req|rew|rdm|ret|hold)_[0-9a-z]{26}\b", r"\1_…", said)
    said = re.sub(r"\b[0-9A-Z]{5}(-[0-9A-Z]{5}){2}\b", "<code>", said)
    said = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", "<moment>", said)
    return re.sub(r"\d{4}-\d\d-\d\d", "<day>", said).strip()


def type_out(story: Story, demo: tuple[int, str], folder: Path) -> list[str]:
    """Type the whole story into one shell and return what each step printed."""
    port, key = demo
    setup = story.setup.replace(":8000", f":{port}").replace("KEY=...", f"KEY={key}")
    typed = f"\necho; echo '{MARK}'\n".join(step.typed for step in story.steps)
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
