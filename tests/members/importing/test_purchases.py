from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from loyalty.ledger import verifying
from loyalty.ledger.models import Entry, Holder
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, Store, Tier
from members import blocking, closing, enrolling, purchasing
from members.importing import booking, purchases
from members.importing.journal import Report
from members.importing.surveying import BadFile
from members.models import ImportRow, ImportRun, Member, Purchase, PurchaseLine, TierChange
from members.purchasing import Sale
from tests.conftest import NOON
from tests.members.builders import points_of
from tests.members.conftest import Writer

HEADER = "member,date,amount\n"


def bring(path, **options) -> Report:
    return purchases.bring_in(path=path, at=options.pop("at", NOON), **options)


def figures(report: Report) -> tuple[int, int, int, int]:
    return report.lines, report.added, report.known, report.refused


def errors(report: Report) -> list[tuple[int, str]]:
    return [(error["line"], error["code"]) for error in report.as_json()["errors"]]


def nothing_written() -> bool:
    tables = (Member, Holder, Purchase, Entry, ImportRun, ImportRow)
    return not any(table.objects.exists() for table in tables)


class TestBringIn:
    def test_records_purchases_as_of_their_day(self, programme: Programme, write: Writer):
        report = bring(write(HEADER + "m1,2026-01-05,19.99\nm1,2026-01-01,5.00\n"))

        assert figures(report) == (2, 2, 0, 0)
        grace = Member.objects.get()
        assert (grace.external_id, grace.source) == ("m1", "import")
        assert grace.enrolled_at == datetime(2026, 1, 1, 11, tzinfo=UTC)
        bought = Purchase.objects.order_by("occurred_at")
        assert [(row.business_on, row.points) for row in bought] == [
            (date(2026, 1, 1), 5),
            (date(2026, 1, 5), 19),
        ]
        entries = Entry.objects.order_by("number")
        assert [(entry.points, entry.recorded_at) for entry in entries] == [(5, NOON), (19, NOON)]
        assert points_of(grace, at=NOON) == 24
        assert verifying.verify().first_fault is None

    def test_keeps_equal_rows_as_distinct_purchases(self, programme: Programme, write: Writer):
        path = write(HEADER + "m1,2026-01-05,5.00\nm2,2026-01-05,5.00\nm1,2026-01-05,5.00\n")

        assert figures(bring(path)) == (3, 3, 0, 0)
        assert figures(bring(path)) == (3, 0, 3, 0)
        assert Purchase.objects.filter(member__external_id="m1").count() == 2

    def test_knows_a_row_by_what_it_says_not_by_how_it_is_written(
        self, programme: Programme, write: Writer
    ):
        bring(write(HEADER + "m1,2026-01-05,5.00\n"))

        other = write("colour;total;client;jour\nred; 5,00 € ; m1 ;05/01/2026\n", name="b.csv")

        assert figures(bring(other)) == (1, 0, 1, 0)

    def test_adds_what_a_longer_file_has_more(self, programme: Programme, write: Writer):
        bring(write(HEADER + "m1,2026-01-05,5.00\n"))

        longer = write(HEADER + "m1,2026-01-05,5.00\nm1,2026-01-05,5.00\nm2,2026-01-06,1.00\n")

        assert figures(bring(longer)) == (3, 2, 1, 0)

    def test_takes_zero_amounts_and_anonymous_sales(self, programme: Programme, write: Writer):
        report = bring(write(HEADER + "m1,2026-01-05,0.00\n,2026-01-05,7.00\n,2026-01-05,7.00\n"))

        assert figures(report) == (3, 3, 0, 0)
        assert Purchase.objects.filter(member=None).count() == 2
        assert Entry.objects.exists() is False

    def test_keeps_the_order_of_the_file_within_a_day(self, programme: Programme, write: Writer):
        bring(write(HEADER + "m1,2026-01-05,3.00\nm1,2026-01-05,2.00\nm1,2026-01-05,1.00\n"))

        assert list(Entry.objects.order_by("number").values_list("points", flat=True)) == [3, 2, 1]

    def test_reads_lines_stores_and_receipts_that_are_mapped(
        self, programme: Programme, write: Writer
    ):
        paris = Store.objects.create(code="paris", name="Paris")
        path = write(
            "member\tdate\tamount\tticket\tshop\tdetail\n"
            'm1\t2026-01-05\t13.80\tR1\tparis\t"[{""sku"": ""ESP250"", ""quantity"": ""2"",'
            ' ""amount"": ""13.80""}]"\n'
        )

        report = bring(path, mapped={"receipt": "ticket", "store": "shop", "lines": "detail"})

        assert figures(report) == (1, 1, 0, 0)
        line = PurchaseLine.objects.get()
        assert (line.sku, line.quantity, line.amount_cents) == ("ESP250", Decimal(2), 1_380)
        assert (line.purchase.receipt, line.purchase.store) == ("R1", paris)

    def test_takes_the_store_it_is_told(self, programme: Programme, write: Writer):
        Store.objects.create(code="paris", name="Paris")
        Store.objects.create(code="lyon", name="Lyon")
        path = write(HEADER + "m1,2026-01-05,5.00\n")

        bring(path, store_code="paris")
        bring(path, store_code="lyon")

        assert sorted(Purchase.objects.values_list("store__code", flat=True)) == ["lyon", "paris"]


class TestRefusedLines:
    def test_are_numbered_and_the_others_go_on(self, programme: Programme, write: Writer):
        path = write(
            'member,date,amount,note\nm1,2026-01-05,-5.00,\n"m\n2",2026-01-05,5.00,\n'
            'm3,2026-01-05,5.00,"two\nlines"\nm4,yesterday,5.00,\nm5,2026-01-05,,\n'
            "m6,2027-01-05,5.00,\nm7,2026-01-05,1,5,0\n"
        )

        report = bring(path)

        assert figures(report) == (7, 1, 0, 6)
        assert errors(report) == [
            (2, "negative-amount"),
            (3, "bad-member"),
            (7, "bad-date"),
            (8, "missing-value"),
            (9, "in-the-future"),
            (10, "too-many-values"),
        ]
        assert Member.objects.get().external_id == "m3"

    def test_are_those_of_unknown_members_when_nobody_may_be_enrolled(
        self, programme: Programme, write: Writer
    ):
        enrolling.enrol(at=NOON - timedelta(days=90), external_id="m1")

        report = bring(write(HEADER + "m1,2026-01-05,5.00\nm2,2026-01-05,5.00\n"), may_enrol=False)

        assert figures(report) == (2, 1, 0, 1)
        assert errors(report) == [(3, "unknown-member")]
        assert Member.objects.count() == 1

    def test_are_those_of_who_is_blocked_or_has_left(self, programme: Programme, write: Writer):
        for name in ("m1", "m2"):
            enrolling.enrol(at=NOON - timedelta(days=90), external_id=name)
        blocking.block(member=Member.objects.get(external_id="m1"), at=NOON, actor="usr_1")
        closing.close(member=Member.objects.get(external_id="m2"), key="close", at=NOON)

        report = bring(write(HEADER + "m1,2026-01-05,5.00\nm2,2026-01-05,5.00\n"))

        assert errors(report) == [(2, "member-blocked"), (3, "member-closed")]
        assert Purchase.objects.exists() is False

    def test_are_those_of_unknown_and_training_stores(self, programme: Programme, write: Writer):
        Store.objects.create(code="school", name="School", is_training=True)
        path = write("member,date,amount,store\nm,2026-01-05,5,rome\nm,2026-01-05,5,school\n")

        report = bring(path, mapped={"store": "store"})

        assert errors(report) == [(2, "unknown-store"), (3, "training-store")]


class TestReceipts:
    MAP = {"receipt": "receipt"}

    def test_make_a_row_known_also_to_what_a_till_recorded(
        self, programme: Programme, write: Writer
    ):
        grace = enrolling.enrol(at=NOON - timedelta(days=90), external_id="m1")
        bought_at = NOON - timedelta(hours=1)
        purchasing.record(
            sale=Sale(member=grace, receipt="R1", occurred_at=bought_at, total_cents=500),
            key="a",
            at=NOON,
        )
        path = write(
            "member,date,amount,receipt\nm1,2026-03-10,5.00,R1\nm1,2026-03-10,6.00,R1\n"
            "m1,2026-03-10,5.00,R2\nm1,2026-03-10,5.00,R2\n"
        )

        report = bring(path, mapped=self.MAP, at=NOON + timedelta(hours=1))

        assert figures(report) == (4, 1, 2, 1)
        assert errors(report) == [(3, "duplicate-receipt")]
        assert Purchase.objects.count() == 2

    def test_may_come_again_on_another_day(self, programme: Programme, write: Writer):
        path = write("member,date,amount,receipt\nm1,2026-01-05,5,R1\nm1,2026-01-06,5,R1\n")

        assert figures(bring(path, mapped=self.MAP)) == (2, 2, 0, 0)
        assert figures(bring(path, mapped=self.MAP)) == (2, 0, 2, 0)


class TestBadFiles:
    @pytest.mark.parametrize(
        ("text", "options"),
        [
            ("member,date\nm1,2026-01-05\n", {}),
            ("", {}),
            (HEADER, {"store_code": "rome"}),
            (HEADER, {"mapped": {"member": "who"}}),
        ],
    )
    def test_write_nothing(
        self, programme: Programme, write: Writer, text: str, options: dict[str, object]
    ):
        with pytest.raises(BadFile):
            bring(write(text), **options)

        assert nothing_written()

    def test_without_a_row_are_imports_of_nothing(self, programme: Programme, write: Writer):
        assert figures(bring(write(HEADER))) == (0, 0, 0, 0)


class TestDryRun:
    def test_says_what_would_be_done_and_writes_nothing(self, programme: Programme, write: Writer):
        path = write(HEADER + "m1,2026-01-05,5\nm1,2026-01-05,5\nm2,2026-01-05,-5\n")

        report = bring(path, is_dry_run=True)

        assert figures(report) == (3, 2, 0, 1)
        assert nothing_written()

    def test_says_the_same_as_the_import_after_one(self, programme: Programme, write: Writer):
        bring(write(HEADER + "m1,2026-01-05,5\n"))
        path = write(HEADER + "m1,2026-01-05,5\nm1,2026-01-05,5\nm2,2026-01-05,5\n")

        dry = bring(path, is_dry_run=True, may_enrol=False)
        real = bring(path, may_enrol=False)

        assert dry.as_json() == real.as_json()
        assert figures(real) == (3, 1, 1, 1)


class TestTiers:
    def test_are_reached_kept_and_lost_on_the_days_of_the_past(
        self, programme: Programme, write: Writer
    ):
        Tier.objects.filter(code="silver").update(multiplier=Decimal("2.00"))
        revising.touch()
        bring(write(HEADER + "m1,2023-01-10,100.00\nm1,2023-02-01,10.00\nm1,2024-03-01,10.00\n"))

        points = Purchase.objects.order_by("occurred_at").values_list("points", flat=True)
        assert list(points) == [100, 20, 10]
        changes = TierChange.objects.order_by("pk").values_list(
            "to_tier__code", "reason", "changed_at"
        )
        assert list(changes) == [
            ("member", "reached", datetime(2023, 1, 10, 11, tzinfo=UTC)),
            ("silver", "reached", datetime(2023, 1, 10, 11, tzinfo=UTC)),
            ("member", "not-kept", datetime(2024, 1, 10, 23, tzinfo=UTC)),
        ]

    def test_give_what_recording_one_by_one_gives(self, programme: Programme, write: Writer):
        Tier.objects.filter(code="silver").update(multiplier=Decimal("1.50"))
        revising.touch()
        rows = [(f"2024-{1 + n % 12:02}-{1 + n % 27:02}", 17 + n * 13 % 90) for n in range(40)]
        bring(write(HEADER + "".join(f"m1,{day},{euros}.50\n" for day, euros in rows)))

        grace = enrolling.enrol(at=datetime(2024, 1, 1, tzinfo=UTC), is_historic=True)
        for number, (day, euros) in enumerate(sorted(rows, key=lambda row: row[0])):
            at = datetime.fromisoformat(f"{day}T11:00:00+00:00")
            told = Sale(member=grace, occurred_at=at, total_cents=euros * 100 + 50)
            purchasing.record(sale=told, key=f"k{number}", at=at, is_historic=True)

        def story(member: Member) -> list[tuple[object, ...]]:
            bought = member.purchases.order_by("business_on", "total_cents")
            moves = member.tier_changes.order_by("pk")[1:]
            return [
                *((row.business_on, row.points, row.facts["tier"]) for row in bought),
                *((move.to_tier.code, move.reason, move.until) for move in moves if move.to_tier),
            ]

        assert story(Member.objects.get(external_id="m1")) == story(grace)

    def test_leave_what_was_given_since_alone(self, programme: Programme, write: Writer):
        grace = enrolling.enrol(at=NOON - timedelta(days=90), external_id="m1")
        purchasing.record(
            sale=Sale(member=grace, occurred_at=NOON, total_cents=10_000), key="a", at=NOON
        )

        bring(write(HEADER + "m1,2025-06-01,200.00\n"), at=NOON + timedelta(hours=1))

        grace.refresh_from_db()
        assert grace.tier is not None
        assert grace.tier.code == "gold"
        last = TierChange.objects.order_by("pk").last()
        assert last is not None
        assert last.changed_at == NOON + timedelta(hours=1)


class Killed(Exception):
    """Stands for a process that was killed between two commits."""


class TestResuming:
    @pytest.fixture
    def path(self, programme: Programme, write: Writer):
        rows = "".join(f"m{n % 7},2025-{4 + n % 9:02}-10,{n}.00\n" for n in range(60))
        return write(HEADER + rows + "m1,never,1.00\n")

    @pytest.mark.parametrize("stop", [0, 1, 3, 4, 5])
    @pytest.mark.django_db(transaction=True)
    def test_goes_on_from_the_last_commit(self, path, stop: int, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(purchases, "_CHUNK", 20)
        steps = iter(range(100))

        def kill(_done: int) -> None:
            if next(steps) == stop:
                raise Killed

        with pytest.raises(Killed):
            bring(path, watch=_watched_by(kill))
        assert 0 < ImportRow.objects.count() + Purchase.objects.count() <= 60

        report = bring(path)

        assert figures(report) == (61, 60, 0, 1)
        assert errors(report) == [(62, "bad-date")]
        assert Purchase.objects.count() == 60
        assert sum(points_of(member, at=NOON) for member in Member.objects.all()) == sum(range(60))
        assert ImportRow.objects.exists() is False
        assert ImportRun.objects.get().finished_at == NOON

    def test_books_nothing_of_a_chunk_that_fails(self, path, monkeypatch: pytest.MonkeyPatch):
        def fail(**_said: object) -> None:
            raise Killed

        monkeypatch.setattr(booking.moving, "keep", fail)

        with pytest.raises(Killed), transaction.atomic():
            bring(path)

        assert nothing_written()


def _watched_by(kill):
    from contextlib import contextmanager

    @contextmanager
    def watch(_steps: int) -> Iterator[object]:
        yield kill

    return watch
