"""The two commands as operators script them: flags, what is printed where, and the exit code."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from loyalty.programmes.models import Category, Product, Programme, Store
from members.models import ImportRun, Member, Purchase
from tests.members.conftest import Writer


def run(name: str, path: Path, *flags: str) -> tuple[int, str, str]:
    """Return the exit code, standard output and standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command(name, str(path), *flags, stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


class TestImportPurchases:
    def test_prints_one_json_document_and_nothing_else(self, programme: Programme, write: Writer):
        path = write("customer_id,date,amount\nm1,2020-01-05,5.00\nm2,2020-01-05,-5.00\n")

        code, out, err = run("import_purchases", path, "--json")

        assert (code, err) == (1, "")
        report = json.loads(out)
        assert report == {
            "lines": 2,
            "added": 1,
            "known": 0,
            "refused": 1,
            "errors": [
                {
                    "line": 3,
                    "code": "negative-amount",
                    "detail": report["errors"][0]["detail"],
                }
            ],
        }

    def test_exits_0_when_every_line_is_in(self, programme: Programme, write: Writer):
        path = write("customer_id,date,amount\nm1,2020-01-05,5.00\n")

        code, out, _err = run("import_purchases", path)

        assert code == 0
        assert "1 added" in out

    @pytest.mark.parametrize("flags", [(), ("--json",)])
    def test_says_when_there_is_no_line(
        self, programme: Programme, write: Writer, flags: tuple[str, ...]
    ):
        path = write("customer_id,date,amount\n")

        code, out, err = run("import_purchases", path, *flags)

        assert code == 0
        assert "no line" in err
        assert err.count("\n") == 1
        assert "no line" not in out
        assert Purchase.objects.exists() is False

    def test_takes_its_flags(self, programme: Programme, write: Writer):
        Store.objects.create(code="paris", name="Paris")
        path = write("who,when,sum\nm1,2020-01-05,5.00\n")
        flags = ("--map", "member=who,at=when,amount=sum", "--store", "paris")

        assert run("import_purchases", path, *flags, "--dry-run")[0] == 0
        assert ImportRun.objects.exists() is False
        assert run("import_purchases", path, *flags, "--no-enrol")[0] == 1
        assert Member.objects.exists() is False
        assert run("import_purchases", path, *flags)[0] == 0
        assert Purchase.objects.get().store is not None

    @pytest.mark.parametrize(
        ("text", "flags", "why"),
        [
            ("customer_id,date\n", (), "no-usable-column"),
            ("", (), "bad-file"),
            ("customer_id,date,amount\n", ("--map", "member"), "bad-file"),
            ("customer_id,date,amount\n", ("--store", "rome"), "bad-file"),
        ],
    )
    def test_exits_2_and_writes_nothing_when_the_file_or_a_flag_is_wrong(
        self, programme: Programme, write: Writer, text: str, flags: tuple[str, ...], why: str
    ):
        code, out, err = run("import_purchases", write(text), *flags)

        assert (code, out) == (2, "")
        assert err.startswith(f"{why}: ")
        assert ImportRun.objects.exists() is False

    def test_exits_2_before_the_programme_is_set_up(self, db: None, write: Writer):
        code, _out, err = run("import_purchases", write("customer_id,date,amount\n"))

        assert code == 2
        assert err.startswith("programme-missing: ")

    def test_exits_2_for_a_file_that_is_not_there(self, programme: Programme, tmp_path: Path):
        assert run("import_purchases", tmp_path / "nothing.csv")[0] == 2


class TestImportMembers:
    def test_enrols_and_says_so(self, programme: Programme, write: Writer):
        path = write("external_id,email\nm1,ada@example.org\nm2,nonsense\n")

        code, out, err = run("import_members", path)

        assert code == 1
        assert "2 lines: 1 added, 0 known, 1 refused." in out
        assert err.startswith("line 3: bad-email: ")
        assert Member.objects.get().email == "ada@example.org"


class TestImportCategoriesAndProducts:
    def test_bring_what_is_sold_in(self, programme: Programme, write: Writer):
        tree = write("code,name,parent\ncoffee,Coffee,drinks\ndrinks,Drinks,\n", name="tree.csv")
        goods = write("sku,name,category\nESP250,Espresso,coffee\n", name="goods.csv")

        assert run("import_categories", tree, "--dry-run") == (
            0, "2 lines: 2 would be added, 0 would be changed, 0 known, 0 refused.\n", "",
        )  # fmt: skip
        assert run("import_categories", tree)[0] == 0
        assert run("import_products", goods) == (
            0, "1 lines: 1 added, 0 changed, 0 known, 0 refused.\n", "",
        )  # fmt: skip
        assert Product.objects.get().category == Category.objects.get(code="coffee")

    def test_tell_refused_lines_and_exit_1(self, programme: Programme, write: Writer):
        goods = write("sku,name,category\nESP250,Espresso,coffee\n")

        with translation.override("fr"):
            code, out, err = run("import_products", goods)

        assert code == 1
        assert err == "line 2: unknown-category: Pas de catégorie coffee.\n"
        assert out == "1 lines: 0 added, 0 changed, 0 known, 1 refused.\n"

    def test_know_no_store(self, programme: Programme, write: Writer):
        with pytest.raises(CommandError, match="unrecognized arguments"):
            call_command("import_products", str(write("sku,name\nA,B\n")), "--store", "lyon")
