from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.importing.journal import ChangeReport
from rewards import importing
from rewards.models import Reward, RewardCategory, RewardKind
from tests.rewards.conftest import offer, open_programme

COLUMNS = "code;type;category;nom_fr;name_en;points;stock;valeur;offered from\n"
COFFEE = "C1;bon;drinks;Un café;A coffee;80;12;2,80;2026-01-31T09:00:00+01:00\n"


@pytest.fixture(autouse=True)
def _programme(db: None) -> None:
    open_programme()
    RewardCategory.objects.create(code="drinks", name_fr="Boissons", name_en="Drinks")


@pytest.fixture
def bring(tmp_path: Path):
    def bring(text: str, *, encoding: str = "utf-8", **options: bool) -> ChangeReport:
        path = tmp_path / "rewards.csv"
        path.write_bytes(text.encode(encoding))
        return importing.bring_in(path=path, **options)

    return bring


def figures(report: ChangeReport) -> tuple[int, int, int, int, int]:
    return report.lines, report.added, report.changed, report.known, report.refused


def refused(report: ChangeReport) -> list[tuple[int, str]]:
    return [(error.line, error.code) for error in report.errors]


class TestBringIn:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_adds_what_is_not_there(self, bring, encoding: str):
        report = bring(COLUMNS + COFFEE, encoding=encoding)

        assert figures(report) == (1, 1, 0, 0, 0)
        coffee = Reward.objects.get()
        assert (coffee.external_id, coffee.kind, coffee.cost) == ("C1", RewardKind.VOUCHER, 80)
        assert (coffee.name_fr, coffee.name_en) == ("Un café", "A coffee")
        assert (coffee.stock, coffee.value_cents) == (12, 280)
        assert coffee.category is not None
        assert coffee.category.code == "drinks"
        assert coffee.starts_at == datetime(2026, 1, 31, 8, tzinfo=UTC)
        assert coffee.history.count() == 1

    def test_twice_changes_nothing(self, bring):
        bring(COLUMNS + COFFEE)

        assert figures(bring(COLUMNS + COFFEE)) == (1, 0, 0, 1, 0)
        assert Reward.history.count() == 1

    def test_changes_what_it_knows_and_keeps_the_history_and_the_stock(self, bring):
        bring(COLUMNS + COFFEE)
        Reward.objects.update(stock=7)

        report = bring(COLUMNS + COFFEE.replace(";80;", ";95;"))

        assert figures(report) == (1, 0, 1, 0, 0)
        coffee = Reward.objects.get()
        assert (coffee.cost, coffee.stock) == (95, 7)
        assert [kept.cost for kept in coffee.history.order_by("history_id")] == [80, 95]

    def test_leaves_what_the_file_has_no_column_for_and_empties_what_is_empty(self, bring):
        bring(COLUMNS + COFFEE)

        bring("code;valeur\nC1;\n")

        coffee = Reward.objects.get()
        assert (coffee.value_cents, coffee.cost, coffee.name_en) == (None, 80, "A coffee")

    def test_finds_a_reward_by_our_id_and_gives_it_a_code(self, bring):
        tea = offer("tea", cost=60)

        assert figures(bring("id;code\nrew_tea;T1\n")) == (1, 0, 1, 0, 0)
        tea.refresh_from_db()
        assert tea.external_id == "T1"

    def test_lets_one_name_stand_for_both_languages(self, bring):
        bring("code;nom;points\nC1;Sablés;40\n")

        assert Reward.objects.get().name_en == "Sablés"

    def test_refuses_lines_by_number_and_takes_the_others(self, bring):
        offer("tea", cost=60)
        text = "id;code;nom;points;type;category;offered from;offered until\n" + "".join(
            f"{line}\n"
            for line in (
                ";;Nothing;1;;;;",
                "rew_gone;;Gone;1;;;;",
                ";A;Free;0;;;;",
                ";B;;5;;;;",
                ";C;Many;a lot;;;;",
                ";D;Odd;5;cheese;;;",
                ";E;Nowhere;5;;shelf;;",
                ";F;Backwards;5;;;2026-02-02;2026-02-01",
                ";G;Good;5;;;;",
                ";G;Again;6;;;;",
                ";H;\x00;6;;;;",
            )
        )

        report = bring(text)

        assert refused(report) == [
            (2, "missing-value"), (3, "unknown-reward"), (4, "missing-value"),
            (5, "missing-value"), (6, "bad-number"), (7, "bad-kind"), (8, "unknown-category"),
            (9, "ends-before-it-begins"), (11, "twice-in-file"), (12, "bad-character"),
        ]  # fmt: skip
        assert set(Reward.objects.values_list("external_id", flat=True)) == {None, "G"}

    def test_looks_without_writing(self, bring):
        bring(COLUMNS + COFFEE)
        changed = COLUMNS + COFFEE.replace(";80;", ";95;") + COFFEE.replace("C1", "C2")

        assert figures(bring(changed, is_dry_run=True)) == (2, 1, 1, 0, 0)
        assert list(Reward.objects.values_list("cost", flat=True)) == [80]
        assert Reward.history.count() == 1

    def test_asks_as_much_for_twenty_known_rewards_as_for_two(self, bring):
        asked = []
        for count in (2, 20):
            text = COLUMNS + "".join(COFFEE.replace("C1", f"C{n}") for n in range(count))
            bring(text)
            with CaptureQueriesContext(connection) as captured:
                bring(text)
            asked.append(len(captured))

        assert asked[0] == asked[1]

    def test_refuses_a_file_without_a_usable_column(self, bring):
        with pytest.raises(importing.BadFile) as why:
            bring("prix;rayon\n1;2\n")

        assert why.value.code == "no-usable-column"
