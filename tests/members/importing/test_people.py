from datetime import UTC, datetime, timedelta

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.ledger.models import Entry, Holder
from loyalty.programmes.models import Programme
from members import enrolling
from members.importing import people
from members.importing.journal import Report
from members.importing.surveying import BadFile
from members.models import Card, ImportRun, Member
from tests.conftest import NOON
from tests.members.builders import points_of, publish
from tests.members.conftest import Writer

HEADER = "id;nom;prénom;mail;tél;carte;date de naissance;langue;date d'inscription\n"
ADA = "c1;Lovelace;Ada;Ada@Example.org;06 12 34 56 78;2000 0000 0012 1;10/12/1815;en;05/01/2026\n"


def bring(path, **options) -> Report:
    options.setdefault("mapped", {"enrolled_at": "date d'inscription"})
    return people.bring_in(path=path, at=NOON, **options)


def figures(report: Report) -> tuple[int, int, int, int]:
    return report.lines, report.added, report.known, report.refused


def errors(report: Report) -> list[tuple[int, str]]:
    return [(error["line"], error["code"]) for error in report.as_json()["errors"]]


class TestBringIn:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_reads_a_french_file(self, programme: Programme, write: Writer, encoding: str):
        report = bring(write(HEADER + ADA + "c2;Zoé;;;;;;;\n", encoding=encoding))

        assert figures(report) == (2, 2, 0, 0)
        ada, zoe = Member.objects.order_by("pk")
        assert (ada.external_id, ada.first_name, ada.last_name) == ("c1", "Ada", "Lovelace")
        assert (ada.email, str(ada.phone)) == ("ada@example.org", "+33612345678")
        assert ada.cards.get().number == "2000000000121"
        assert (ada.birth_month, ada.birth_day, ada.language) == (12, 10, "en")
        assert ada.enrolled_at == datetime(2026, 1, 5, 11, tzinfo=UTC)
        assert (zoe.last_name, zoe.enrolled_at, zoe.language) == ("Zoé", NOON, "fr")

    def test_twice_changes_nothing(self, programme: Programme, write: Writer):
        path = write(HEADER + ADA)
        bring(path)

        assert figures(bring(path)) == (1, 0, 1, 0)
        assert (Member.objects.count(), Card.objects.count()) == (1, 1)

    def test_leaves_a_known_member_as_they_are(self, programme: Programme, write: Writer):
        enrolling.enrol(at=NOON, external_id="c1", last_name="Byron")

        assert figures(bring(write(HEADER + ADA))) == (1, 0, 1, 0)
        assert Member.objects.get().last_name == "Byron"

    def test_knows_people_without_an_external_id_by_all_their_identifiers(
        self, programme: Programme, write: Writer
    ):
        enrolling.enrol(at=NOON, email="ada@example.org", phone="+33612345678")
        path = write(
            "email,phone\nada@example.org,0612345678\nada@example.org,\n"
            "ada@example.org,0687654321\n"
        )

        report = bring(path, mapped={})

        assert figures(report) == (3, 0, 2, 1)
        assert errors(report) == [(4, "identifier-taken")]

    def test_gives_what_the_rules_gave_on_the_day(self, programme: Programme, write: Writer):
        publish("hello", {"when": {"event": "enrolment"}, "then": {"give": "fixed", "points": 5}})

        bring(write(HEADER + ADA))

        entry = Entry.objects.get()
        assert entry.occurred_at == datetime(2026, 1, 5, 11, tzinfo=UTC)
        assert points_of(Member.objects.get(), at=NOON) == 5

    def test_is_historic(self, programme: Programme, write: Writer):
        bring(write(HEADER + ADA))

        assert OutboxEvent.objects.filter(is_historic=False).exists() is False


class TestRefusedLines:
    def test_are_numbered_and_the_others_go_on(self, programme: Programme, write: Writer):
        path = write(
            "id,email,phone,birthday,language,first_name\n"
            "c1,not-an-address,,,,\nc2,,12,,,\nc3,,,31/02,,\nc4,,,,de,\n"
            f"c5,,,,,{'x' * 81}\n,,,,,Nobody\nc6,a@example.org,,,,\nc7,A@example.org,,,,\n"
            "c6,,,,,\nc8,,,,,\n"
        )

        report = bring(path, mapped={})

        assert figures(report) == (10, 2, 1, 7)
        assert errors(report) == [
            (2, "bad-email"),
            (3, "bad-phone"),
            (4, "bad-birthday"),
            (5, "bad-language"),
            (6, "too-long"),
            (7, "missing-value"),
            (9, "identifier-taken"),
        ]

    def test_are_told_the_same_by_a_dry_run_that_writes_nothing(
        self, programme: Programme, write: Writer, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(people, "_CHUNK", 2)
        path = write("id,email\nc1,a@example.org\nc2,\nc1,\nc3,a@example.org\n")

        dry = bring(path, mapped={}, is_dry_run=True)
        assert not Member.objects.exists()
        assert not Holder.objects.exists()
        assert not ImportRun.objects.exists()

        assert bring(path, mapped={}).as_json() == dry.as_json()


class TestBadFiles:
    def test_have_no_column_that_tells_who_somebody_is(self, programme: Programme, write: Writer):
        with pytest.raises(BadFile):
            bring(write("first_name,last_name\nAda,Lovelace\n"), mapped={})

        assert ImportRun.objects.exists() is False


class Killed(Exception):
    """Stands for a process that was killed between two commits."""


class TestResuming:
    def test_goes_on_from_the_last_commit(
        self, programme: Programme, write: Writer, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(people, "_CHUNK", 2)
        path = write("id\n" + "".join(f"c{n}\n" for n in range(5)))
        enrol = enrolling.enrol_many
        chunks = iter(range(10))

        def fail_on_the_second(**asked: object) -> object:
            if next(chunks) == 1:
                raise Killed
            return enrol(**asked)

        monkeypatch.setattr(enrolling, "enrol_many", fail_on_the_second)
        with pytest.raises(Killed):
            bring(path, mapped={})
        assert Member.objects.count() == 2

        assert figures(bring(path, mapped={})) == (5, 5, 0, 0)
        assert Member.objects.count() == 5
        assert ImportRun.objects.get().finished_at == NOON


class TestStatements:
    def test_are_as_many_for_ten_lines_as_for_two(
        self, programme: Programme, write: Writer, django_assert_num_queries
    ):
        bring(write("id\nc0\n"), mapped={})
        short = write("id\na1\na2\n", name="a.csv")
        longer = write("id\n" + "".join(f"b{n}\n" for n in range(10)), name="b.csv")

        for path in (short, longer):
            with django_assert_num_queries(21):
                bring(path, mapped={})


def test_days_of_enrolment_are_not_in_the_future(programme: Programme, write: Writer):
    tomorrow = (NOON + timedelta(days=1)).date().isoformat()

    report = bring(write(f"id,enrolled_at\nc1,{tomorrow}\n"), mapped={})

    assert errors(report) == [(2, "in-the-future")]
