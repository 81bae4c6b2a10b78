import pytest

from members.importing import columns
from members.importing.surveying import BadFile

REQUIRED = ("member", "at", "amount")


def find(names: tuple[str, ...], **mapped: str) -> dict[str, str]:
    return columns.find(
        names=names,
        mapped=mapped,
        required=REQUIRED,
        optional=("receipt",),
        is_guessing=REQUIRED,
    )


class TestFind:
    @pytest.mark.parametrize(
        "names",
        [
            ("customer_id", "date", "amount"),
            ("Adhérent", "Jour", "Montant TTC"),
            ("ID client", "Date achat", "TOTAL"),
        ],
    )
    def test_knows_the_usual_names_in_french_and_english(self, names: tuple[str, ...]):
        assert list(find(names).values()) == [names[2], names[1], names[0]]

    def test_takes_what_is_mapped(self):
        found = find(("who", "date", "amount", "total"), member="who", amount="total")

        assert found == {"amount": "total", "at": "date", "member": "who"}

    def test_ignores_a_receipt_that_was_not_mapped(self):
        assert "receipt" not in find(("member", "date", "amount", "receipt"))
        assert find(("member", "date", "amount", "receipt"), receipt="receipt")["receipt"]

    @pytest.mark.parametrize(
        ("names", "mapped"),
        [
            (("member", "date"), {}),
            (("member", "date", "amount"), {"member": "who"}),
            (("member", "date", "amount"), {"colour": "date"}),
            (("member", "date", "amount", "amount"), {}),
        ],
    )
    def test_refuses_what_it_cannot_be_sure_of(
        self, names: tuple[str, ...], mapped: dict[str, str]
    ):
        with pytest.raises(BadFile):
            find(names, **mapped)


class TestReadMap:
    def test_reads_pairs(self):
        assert columns.read_map("member=customer_id, at=date") == {
            "member": "customer_id",
            "at": "date",
        }
        assert columns.read_map("") == {}

    @pytest.mark.parametrize("text", ["member", "member=", "=x", "member=a,member=b"])
    def test_refuses_anything_else(self, text: str):
        with pytest.raises(BadFile):
            columns.read_map(text)
