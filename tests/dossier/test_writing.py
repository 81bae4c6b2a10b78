import csv
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from loyalty.dossier import writing
from loyalty.dossier.sections import table
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from members import (
    adjusting,
    consenting,
    enrolling,
    merging,
    noting,
    purchasing,
    returning,
    signing_in,
)
from members.consenting import Said
from members.models import Member
from members.returning import Brought
from members.selling import SaleLine
from tests.conftest import NOON
from tests.members.builders import give_voucher, sale
from tests.members.staff import appoint

# Who they are in eleven, the points they have in two, their movements in five, and what else
# they did in eighteen, and whether anybody was merged into them: whatever there is of each.
STATEMENTS = 46


def buy(member: Member, times: int) -> None:
    for number in range(times):
        lines = [SaleLine(sku="ESP", name="=1+1", amount_cents=2000)]
        bought = purchasing.record(
            sale=sale(member, "20.00", lines=lines), key=f"{member.pk}-{number}", at=NOON
        )
        give_voucher(member)
        brought = Brought(purchase=bought, occurred_at=NOON, quantities={1: Decimal("0.5")})
        returning.record(brought=brought, key=f"{member.pk}-back-{number}", at=NOON)


def gather(member: Member) -> writing.Dossier:
    return writing.gather(member=member, at=NOON)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


class TestGather:
    def test_tells_who_somebody_is_and_was(self, ada: Member):
        ada.first_name = "Augusta"
        ada.save()

        told = json.loads(writing.to_json(dossier=gather(ada)))

        assert (told["programme"], told["at"]) == ("Café", NOON.isoformat())
        [identity] = told["identity"]
        assert (identity["id"], identity["first_name"], identity["email"]) == (
            ada.public_id,
            "Augusta",
            "ada@example.org",
        )
        assert [row["first_name"] for row in told["corrections"]] == ["Ada", "Augusta"]
        assert [card["number"] for card in told["cards"]] == ["2000000000121"]

    def test_tells_each_answer_with_its_words(self, ada: Member):
        said = Said(
            channel="EMAIL", purpose="MARKETING", is_given=True,
            text_version="email-marketing-1", where="portal",
        )  # fmt: skip
        consenting.say(member=ada, said=said, at=NOON, actor=ada.public_id)

        [answer] = json.loads(writing.to_json(dossier=gather(ada)))["consents"]

        assert (answer["given"], answer["text_version"]) == (True, "email-marketing-1")
        assert answer["text"].startswith("I agree to receive the programme’s offers")
        assert answer["said_where"] == "on the members’ pages"

    def test_tells_points_with_why_and_purchases_with_their_lines(self, ada: Member):
        buy(ada, 1)

        told = json.loads(writing.to_json(dossier=gather(ada)))

        [taken, movement], [purchase], [line], [returned] = (
            told["movements"], told["purchases"], told["purchase_lines"], told["returns"],
        )  # fmt: skip
        assert (movement["points"], movement["balance"]) == (20, 20)
        assert (taken["points"], returned["points"], returned["total"]) == (-10, 10, "10.00")
        assert (returned["purchase"], returned["goods"]) == (purchase["id"], "0.5 × =1+1")
        assert movement["why"].endswith(": +20")
        assert movement["purchase"] == purchase["id"] == line["purchase"]
        assert (purchase["total"], purchase["currency"], line["amount"]) == (
            "20.00",
            "EUR",
            "20.00",
        )
        [voucher] = told["vouchers"]
        assert (voucher["worth"], len(voucher["code"])) == ("2.80", 17)

    def test_tells_which_adjustments_were_made(self, ada: Member):
        for points, key in ((100, "a"), (700, "b")):
            adjusting.adjust(
                member=ada, wallet="points", points=points, reason="goodwill", key=key, at=NOON,
                requested_by=appoint(Role.CUSTOMER_CARE, key),
            )  # fmt: skip

        told = json.loads(writing.to_json(dossier=gather(ada)))

        rows = [(row["points"], row["state"]) for row in told["adjustments"]]
        assert rows == [(100, "posted"), (700, "waiting")]

    def test_tells_nothing_of_anybody_else(self, ada: Member):
        grace = enrolling.enrol(at=NOON, email="grace@example.org", first_name="Grace")
        buy(grace, 2)

        told = writing.to_json(dossier=gather(ada))

        assert "grace" not in told.lower()
        assert grace.public_id not in told

    def test_tells_what_staff_wrote_and_no_secret_of_the_sign_in(self, ada: Member):
        user = signing_in.open_user(member=ada)
        author = User.objects.create_superuser("care@staff.example")
        noting.write(member=ada, text="Asked about decaf.", author=author, at=NOON)

        told = json.loads(writing.to_json(dossier=gather(Member.objects.get(pk=ada.pk))))

        assert [row["text"] for row in told["notes"]] == ["Asked about decaf."]
        assert [row["what"] for row in told["sign_in"]] == [f"Sign-in by e-mail: {ada.email}"]
        assert user.password not in json.dumps(told)

    @pytest.mark.parametrize("times", [2, 20])
    def test_asks_as_often_for_two_rows_as_for_twenty(
        self,
        ada: Member,
        django_assert_num_queries: DjangoAssertNumQueries,
        times: int,
    ):
        buy(ada, times)

        with django_assert_num_queries(STATEMENTS):
            gather(ada)

    def test_tells_of_a_membership_that_was_merged_too(self, ada: Member):
        twin = enrolling.enrol(at=NOON, first_name="Augusta", email="a.l@example.org")
        boss = User.objects.create_superuser("boss@example.test")
        merging.merge(
            source=twin, target=ada, reason="duplicate", merged_by=boss, key="m", at=NOON
        )

        dossier = gather(ada)

        identity = next(one for one in dossier.sections if one.code == "identity")
        assert [row[identity.codes.index("email")] for row in identity.rows] == [
            "ada@example.org",
            "a.l@example.org",
        ]
        assert "Augusta" in writing.to_html(dossier=dossier)


class TestPack:
    def test_holds_a_page_a_document_and_a_table_for_each_section(self, ada: Member):
        buy(ada, 1)
        dossier = gather(ada)

        with writing.pack(dossier=dossier) as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            assert archive.testzip() is None
            text = archive.read("csv/purchases.csv").decode("utf-8-sig")

        assert names[:2] == ["my-data.html", "my-data.json"]
        assert names[2:] == [f"csv/{section.code}.csv" for section in dossier.sections]
        [heads, row] = csv.reader(io.StringIO(text))
        assert dict(zip(heads, row, strict=True))["total"] == "20.00"

    def test_reads_as_a_page_of_its_own(self, ada: Member):
        page = writing.to_html(dossier=gather(ada))

        assert '<html lang="en">' in page
        assert "Ada" in page
        assert "http" not in page
        assert "<script" not in page

    def test_escapes_what_people_typed(self, ada: Member):
        ada.first_name = "<b>Ada</b>"
        ada.save()

        assert "<b>Ada" not in writing.to_html(dossier=gather(ada))


class TestToCsv:
    @pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
    def test_lets_no_spreadsheet_compute_what_people_typed(self, typed: str):
        section = table("names", "Names", [("name", "Name")], [[typed]])

        text = writing.to_csv(section=section).decode("utf-8-sig")

        assert list(csv.reader(io.StringIO(text, newline="")))[1] == [f"'{typed}"]

    def test_leaves_figures_and_moments_plain(self):
        row = [-5, NOON, None, (NOON + timedelta(days=1)).date(), "12,5"]
        section = table("f", "F", [(name, name) for name in "abcde"], [row])

        text = writing.to_csv(section=section).decode("utf-8-sig")

        assert text.splitlines()[1] == '-5,2026-03-10T11:00:00+00:00,,2026-03-11,"12,5"'
