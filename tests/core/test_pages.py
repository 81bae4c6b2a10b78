"""Cursor pages: newest first, nothing missing, nothing twice."""

import base64
import json

import pytest

from loyalty.core import pages
from loyalty.core.pages import InvalidCursor
from loyalty.events.models import JobRun, JobState
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def run(rows: int) -> JobRun:
    return JobRun.objects.create(
        job=f"job-{JobRun.objects.count()}",
        business_day=NOON.date(),
        state=JobState.DONE,
        rows=rows,
        started_at=NOON,
    )


def walk(size: int) -> list[int]:
    shown: list[int] = []
    cursor = None
    while True:
        page = pages.read(rows=JobRun.objects.all(), by="rows", cursor=cursor, size=size)
        shown += [row.pk for row in page.rows]
        if page.next_cursor is None:
            return shown
        cursor = page.next_cursor


def forged(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


class TestRead:
    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100])
    def test_shows_everything_once_newest_first(self, size: int):
        made = [run(rows) for rows in (5, 1, 3, 3, 3, 2, 9)]

        newest_first = sorted(made, key=lambda row: (row.rows, row.pk), reverse=True)
        assert walk(size) == [row.pk for row in newest_first]

    def test_misses_nothing_while_writing_goes_on(self):
        old = [run(rows) for rows in (1, 2, 3, 4)]
        first = pages.read(rows=JobRun.objects.all(), by="rows", cursor=None, size=2)

        run(5)
        second = pages.read(rows=JobRun.objects.all(), by="rows", cursor=first.next_cursor, size=2)

        assert [row.pk for row in [*first.rows, *second.rows]] == [row.pk for row in old[::-1]]
        assert second.next_cursor is None

    def test_takes_one_statement(self, django_assert_num_queries):
        run(1)

        with django_assert_num_queries(1):
            pages.read(rows=JobRun.objects.all(), by="rows", cursor=None, size=1)

    def test_ends_at_once_when_there_is_nothing(self):
        page = pages.read(rows=JobRun.objects.all(), by="rows", cursor=None, size=1)

        assert (list(page.rows), page.next_cursor) == ([], None)

    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "é", "====", "a" * 10_000, forged(1), forged([1]), forged([1, "2"]),
         forged([1.5, 2]), forged([2**63, 1]), forged({"a": 1}), "\0", "WzEsMl0 "],
    )  # fmt: skip
    def test_refuses_a_cursor_that_is_none(self, cursor: str):
        with pytest.raises(InvalidCursor):
            pages.read(rows=JobRun.objects.all(), by="rows", cursor=cursor, size=1)
