from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.programmes import books
from loyalty.programmes.models import Category, Programme
from members.importing import categories
from members.importing.columns import NoUsableColumn
from members.importing.journal import ChangeReport
from tests.members.conftest import Writer

HEADER = "code;nom;fait partie de;ne rapporte jamais de points\n"
Bring = Callable[..., ChangeReport]


@pytest.fixture
def bring(db: None, write: Writer) -> Bring:
    def bring(text: str, **options: bool) -> ChangeReport:
        return categories.bring_in(path=write(text), **options)

    return bring


def figures(report: ChangeReport) -> tuple[int, int, int, int, int]:
    return report.lines, report.added, report.changed, report.known, report.refused


def refused(report: ChangeReport) -> list[tuple[int, str]]:
    return [(error["line"], error["code"]) for error in report.as_json()["errors"]]


def tree() -> dict[str, tuple[str, str | None, bool]]:
    rows = Category.objects.values_list("code", "name", "parent__code", "is_excluded")
    return {code: (name, parent, never) for code, name, parent, never in rows}


class TestBringIn:
    @pytest.mark.parametrize("is_turned", [False, True])
    def test_adds_a_tree_in_whatever_order(self, bring: Bring, is_turned: bool):
        lines = ["drinks;Boissons;;\n", "coffee;Café;drinks;non\n", "gifts;Cadeaux;;oui\n"]

        report = bring(HEADER + "".join(reversed(lines) if is_turned else lines))

        assert figures(report) == (3, 3, 0, 0, 0)
        assert tree() == {
            "drinks": ("Boissons", None, False),
            "coffee": ("Café", "drinks", False),
            "gifts": ("Cadeaux", None, True),
        }

    def test_twice_changes_nothing(self, bring: Bring):
        text = HEADER + "drinks;Boissons;;\ncoffee;Café;drinks;\n"
        bring(text)

        assert figures(bring(text)) == (2, 0, 0, 2, 0)

    def test_changes_what_is_there_and_leaves_what_it_has_no_column_for(self, bring: Bring):
        bring(HEADER + "drinks;Boissons;;\ngifts;Cadeaux;;oui\ncoffee;Café;gifts;\n")

        report = bring("code;parent\ncoffee;drinks\ngifts;\n")

        assert figures(report) == (2, 0, 1, 1, 0)
        assert tree()["coffee"] == ("Café", "drinks", False)
        assert tree()["gifts"] == ("Cadeaux", None, True)

    def test_puts_a_known_category_inside_a_new_one_and_out_of_all(self, bring: Bring):
        bring(HEADER + "a;A;;\nb;B;a;\n")

        report = bring(HEADER + "a;A;new;\nb;B;;\nnew;New;;\n")

        assert figures(report) == (3, 1, 2, 0, 0)
        assert {code: row[1] for code, row in tree().items()} == {
            "a": "new",
            "b": None,
            "new": None,
        }

    def test_makes_the_rulebook_a_new_one_only_where_something_changed(
        self, programme: Programme, bring: Bring
    ):
        text = HEADER + "drinks;Boissons;;\ncoffee;Café;drinks;\n"
        bring(text)
        book = books.get_book()
        bring(text)

        assert book.categories.covering(("drinks",)) == {"drinks", "coffee"}
        assert books.get_book().revision == book.revision

    def test_rehearsed_says_the_same_and_writes_nothing(self, bring: Bring):
        bring(HEADER + "a;A;;\n")
        text = HEADER + "a;Autre;;\nb;B;c;\nc;C;;\nd;D;nowhere;\nd2;;;\n"

        rehearsed = bring(text, is_dry_run=True)

        assert tree() == {"a": ("A", None, False)}
        assert rehearsed.as_json() == bring(text).as_json()
        assert figures(rehearsed) == (5, 2, 1, 0, 2)

    def test_is_told_how_far_it_is(self, db: None, write: Writer):
        told: list[int] = []

        class Watch:
            def __init__(self, steps: int) -> None:
                told.append(steps)

            def __enter__(self):
                return told.append

            def __exit__(self, *_error: object) -> None: ...

        categories.bring_in(path=write(HEADER + "a;A;;\nb;B;a;\n"), watch=Watch)

        assert told == [2, 2]

    def test_takes_as_many_statements_for_three_as_for_ninety(self, bring: Bring):
        counts = []
        for size in (3, 90):
            lines = [f"{size}-{n};N;{size}-{n - 1 if n else ''};\n" for n in range(1, size)]
            with CaptureQueriesContext(connection) as queries:
                report = bring(HEADER + f"{size}-0;N;;\n" + "".join(lines))
            assert report.added == size
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestWhatIsRefused:
    def test_is_said_by_line_and_the_others_go_on(self, bring: Bring):
        lines = [
            "ok;Bien;;",
            ";Rien;;",
            "é;Accent;;",
            "no-name;;;",
            "ok;Encore;;",
            "lost;Perdue;nowhere;",
            "inside-lost;Avec elle;lost;",
            "maybe;Peut-être;;bof",
            "long;" + "n" * 81 + ";;",
        ]

        report = bring(HEADER + "\n".join(lines) + "\n")

        assert refused(report) == [
            (3, "missing-value"),
            (4, "bad-code"),
            (5, "missing-value"),
            (6, "twice-in-file"),
            (7, "unknown-parent"),
            (8, "unknown-parent"),
            (9, "bad-answer"),
            (10, "too-long"),
        ]
        assert tree() == {"ok": ("Bien", None, False)}

    def test_is_what_would_be_inside_itself(self, bring: Bring):
        report = bring(HEADER + "a;A;b;\nb;B;c;\nc;C;a;\nd;D;d;\ne;E;;\nf;F;a;\n")

        assert refused(report) == [
            (2, "circular"),
            (3, "circular"),
            (4, "circular"),
            (5, "circular"),
            (7, "unknown-parent"),
        ]
        assert list(tree()) == ["e"]

    def test_is_what_would_turn_the_tree_into_a_ring(self, bring: Bring):
        bring(HEADER + "a;A;;\nb;B;a;\nc;C;b;\n")

        report = bring(HEADER + "a;Autre;c;\nb;Autre;a;\n")

        assert refused(report) == [(2, "circular"), (3, "circular")]
        assert tree()["a"] == ("A", None, False)

    def test_leaves_a_known_category_where_it_was(self, bring: Bring):
        bring(HEADER + "a;A;;\nb;B;a;\n")

        # What a would have become is refused, so b would be inside itself.
        report = bring(HEADER + "b;B;nowhere;\na;A;b;\n")

        assert refused(report) == [(2, "unknown-parent"), (3, "circular")]
        assert {code: row[1] for code, row in tree().items()} == {"a": None, "b": "a"}

    def test_is_a_file_without_a_code_or_without_anything_else(self, bring: Bring):
        for header in ("nom;parent\n", "code;autre\n"):
            with pytest.raises(NoUsableColumn):
                bring(header + "a;b\n")

    def test_is_a_file_of_more_than_ten_thousand(self, bring: Bring):
        lines = "".join(f"c{n};N;;\n" for n in range(10_001))

        with pytest.raises(categories.TooManyCategories):
            bring(HEADER + lines)

        assert tree() == {}


CODES = st.sampled_from(["a", "b", "c", "d", "e"])
FILES = st.lists(
    st.lists(st.tuples(CODES, st.one_of(CODES, st.sampled_from(["", "x"]))), max_size=6),
    max_size=3,
)


class TestAnyFiles:
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(files=FILES)
    def test_leave_a_tree_and_repeat_without_a_change(
        self, bring: Bring, files: list[list[tuple[str, str]]]
    ):
        Category.objects.update(parent=None)
        Category.objects.all().delete()
        for lines in files:
            text = HEADER + "".join(f"{code};N;{parent};\n" for code, parent in lines)
            report = bring(text)
            assert report.lines == len(lines)
            assert report.added + report.changed + report.known + report.refused == report.lines

        parents = {code: row[1] for code, row in tree().items()}
        for code in parents:
            assert len(self._above(code, parents)) <= len(parents)

    def _above(self, code: str | None, parents: dict[str, str | None]) -> list[str]:
        found: list[str] = []
        while code is not None:
            assert code not in found
            found.append(code)
            code = parents[code]
        return found
