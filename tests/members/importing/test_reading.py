import tracemalloc
from pathlib import Path

from members.importing import reading, surveying
from members.importing.reading import LineError, RawRow
from tests.members.conftest import Writer


def read(path: Path, **columns: str) -> list[tuple[int, object]]:
    rows = reading.rows_of(survey=surveying.survey(path=path), columns=columns)
    return [(row.line, dict(row.values) if isinstance(row, RawRow) else row.code) for row in rows]


class TestRowsOf:
    def test_says_the_physical_line_on_which_each_row_starts(self, write: Writer):
        path = write('name,city\nAda,Paris\n\n"Grace\nMurray\nHopper",Brest\nAlan,Nice\n')

        assert read(path, name="name") == [
            (2, {"name": "Ada"}),
            (4, {"name": "Grace\nMurray\nHopper"}),
            (7, {"name": "Alan"}),
        ]

    def test_counts_the_lines_before_a_late_header_and_windows_ends(self, write: Writer):
        assert read(write("\r\nname,city\r\nAda,Paris\r\n"), name="name") == [(3, {"name": "Ada"})]

    def test_ignores_columns_that_nobody_asked_for(self, write: Writer):
        assert read(write("x,name,y\n1, Ada ,2\n"), name="name") == [(2, {"name": "Ada"})]

    def test_reads_a_quote_in_a_value_and_a_short_row(self, write: Writer):
        assert read(write('name,city\n"Ada ""A""",Paris\nGrace\n'), name="name", city="city") == [
            (2, {"name": 'Ada "A"', "city": "Paris"}),
            (3, {"name": "Grace", "city": ""}),
        ]

    def test_refuses_a_row_with_more_values_than_columns(self, write: Writer):
        path = write("name,amount\nAda,29,33\nGrace,5\nAlan,5,,\n")

        assert read(path, name="name") == [
            (2, "too-many-values"),
            (3, {"name": "Grace"}),
            (4, {"name": "Alan"}),
        ]

    def test_refuses_a_character_nobody_can_read(self, write: Writer):
        assert read(write("name\nA\0da\nGrace\n"), name="name") == [
            (2, "bad-character"),
            (3, {"name": "Grace"}),
        ]

    def test_goes_on_after_a_quote_that_nobody_closed(self, write: Writer):
        path = write('name,city\n"Ada,Paris\n' + "Grace,Brest\n" * 20_000)

        rows = read(path, name="name")

        assert rows[0] == (2, "unreadable")
        assert all(line > 2 for line, _said in rows[1:])

    def test_starts_after_a_line(self, write: Writer):
        survey = surveying.survey(path=write("name\nAda\nGrace\nAlan\n"))

        rows = list(reading.rows_of(survey=survey, columns={"name": "name"}, after=2))

        assert [row.line for row in rows] == [3, 4]
        assert not any(isinstance(row, LineError) for row in rows)

    def test_keeps_no_more_of_a_large_file_than_of_a_small_one(self, write: Writer):
        survey = surveying.survey(path=write("name\n" + "Ada Lovelace\n" * 100_000))

        tracemalloc.start()
        count = sum(1 for _row in reading.rows_of(survey=survey, columns={"name": "name"}))
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert count == 100_000
        assert peak < 500_000
