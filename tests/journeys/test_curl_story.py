"""The stories of curl in README and in the guide, run as they stand there against a demo."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.stories import normalised, read_story, type_out

pytestmark = pytest.mark.sqlite
README = read_story("README.md", heading="## A till in seven calls")
GUIDE = read_story("docs/pos-guide.md", heading="## Quick start")


def said_by(step: str) -> tuple[Any, str]:
    """Return the answer that a step of the guide printed, and its status."""
    body, _line, status = normalised(step).rpartition("\n")
    return json.loads(body), status


class TestReadme:
    def test_tells_eight_steps(self):
        assert len(README.steps) == 8

    def test_prints_what_it_says(self, demo: tuple[int, str], tmp_path: Path):
        printed = type_out(README, demo, tmp_path)

        told = [normalised(step.printed) for step in README.steps]
        for said, expected in zip(printed, told, strict=True):
            assert normalised(said) == expected

    def test_prints_the_same_when_it_is_typed_again(self, demo: tuple[int, str], tmp_path: Path):
        first, again = (type_out(README, demo, tmp_path) for _time in range(2))

        # The refusal names the request that got it, so only its id differs.
        assert [normalised(said) for said in again] == [normalised(said) for said in first]
        assert again[0] == first[0]
        assert again[2] == first[2]


class TestTheGuide:
    def test_calls_once_at_least_in_each_step(self):
        assert [step.typed.count("till $API") > 0 for step in GUIDE.steps] == [True] * 13

    def test_answers_what_it_says_with_that_status(self, demo: tuple[int, str], tmp_path: Path):
        printed = type_out(GUIDE, demo, tmp_path)

        for said, step in zip(printed, GUIDE.steps, strict=True):
            assert said_by(said) == said_by(step.printed)
        statuses = [said_by(step.printed)[1] for step in GUIDE.steps]
        assert statuses == [
            "201", "200", "200", "201", "200", "201", "201", "201", "200", "201", "200", "200",
            "422",
        ]  # fmt: skip
