"""What a definition may say, as a table. No database."""

from typing import Any

import pytest

from analytics.segments import cells, standard, terms
from analytics.segments.cells import Cell
from analytics.segments.terms import Fact
from analytics.segments.wording import CELLS, FACTS, FAULTS
from loyalty.programmes.shapes import Malformed


def faults_of(said: object) -> list[str]:
    with pytest.raises(Malformed) as refusal:
        terms.read(said)
    return [f"{fault.pointer} {fault.code}" for fault in refusal.value.faults]


def of(**condition: Any) -> dict[str, Any]:
    return {"match": "all", "conditions": [condition]}


class TestRead:
    @pytest.mark.parametrize(
        ("said", "faults"),
        [
            ([], [" not-an-object"]),
            ({}, ["/conditions needs-a-condition"]),
            ({"conditions": "x"}, ["/conditions not-a-list"]),
            ({"conditions": ["x"]}, ["/conditions/0 not-an-object"]),
            ({"conditions": [{}] * 13}, ["/conditions too-many"]),
            ({"match": "none", **of(fact="alive", to=5)} | {"match": "none"},
             ["/match unknown-choice"]),
            ({**of(fact="alive", to=5), "name": "x"}, ["/name unknown-field"]),
            (of(), ["/conditions/0/fact missing"]),
            (of(fact="age"), ["/conditions/0/fact unknown-choice"]),
            (of(fact="recency"), ["/conditions/0/from needs-a-bound"]),
            (of(fact="recency", **{"from": 9, "to": 8}), ["/conditions/0/to below-the-minimum"]),
            (of(fact="recency", to=-1), ["/conditions/0/to out-of-range"]),
            (of(fact="recency", to="9"), ["/conditions/0/to not-a-whole-number"]),
            (of(fact="recency", to=9, months=3), ["/conditions/0/months unknown-field"]),
            (of(fact="receipts", to=9, months=37), ["/conditions/0/months out-of-range"]),
            (of(fact="recency-score", to=6), ["/conditions/0/to out-of-range"]),
            (of(fact="alive", to=101), ["/conditions/0/to out-of-range"]),
            (of(fact="alive", to=9, **{"not": "yes"}), ["/conditions/0/not not-yes-or-no"]),
            (of(fact="tier"), ["/conditions/0/in needs-a-choice"]),
            (of(fact="tier", **{"in": ["gold", "gold"]}), ["/conditions/0/in repeated"]),
            (of(fact="tier", **{"in": "gold"}), ["/conditions/0/in not-a-list"]),
            (of(fact="tier", **{"in": ["gold\n"]}), ["/conditions/0/in/0 not-a-code"]),
            (of(fact="tier", to=3, **{"in": ["gold"]}), ["/conditions/0/to unknown-field"]),
            (of(fact="rfm", **{"in": ["stars"]}), ["/conditions/0/in unknown-choice"]),
            (of(fact="kind", **{"in": ["person"]}), ["/conditions/0/in unknown-choice"]),
            (of(fact="enrolled"), ["/conditions/0/since needs-a-day"]),
            (of(fact="enrolled", since="1 May"), ["/conditions/0/since not-a-date"]),
            (of(fact="enrolled", since="0001-01-01", until="9999-12-31"),
             ["/conditions/0/since out-of-range", "/conditions/0/until out-of-range"]),
            (of(fact="enrolled", since="2026-02-01", until="2026-01-31"),
             ["/conditions/0/until below-the-minimum"]),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong_and_where(self, said: object, faults: list[str]) -> None:
        assert faults_of(said) == faults

    def test_understands_what_write_says_and_nothing_gets_lost(self) -> None:
        said = {
            "match": "any",
            "conditions": [
                {"fact": "rfm", "in": ["at-risk", "cannot-lose"]},
                {"fact": "revenue", "not": True, "from": -100, "to": 25_000, "months": 6},
                {"fact": "category", "in": ["cafe"], "months": 1},
                {"fact": "enrolled", "since": "2026-01-01", "until": "2026-03-31"},
                {"fact": "points", "from": 0},
            ],
        }

        assert terms.write(terms.read(said)) == said

    def test_every_fault_fact_and_cell_has_words(self) -> None:
        assert set(FACTS) == set(Fact)
        assert set(CELLS) == set(Cell)
        assert {"needs-a-bound", "unknown-code", "too-many"} <= set(FAULTS)


class TestTheMap:
    def test_names_each_cell_of_recency_and_frequency_once(self) -> None:
        named = [scores for cell in Cell for scores in cells.scores_of(cell)]

        assert sorted(named) == [(r, f) for r in range(1, 6) for f in range(1, 6)]

    def test_is_the_published_one(self) -> None:
        told = {
            (5, 5): "champions", (4, 4): "loyal", (3, 5): "loyal", (5, 3): "potential-loyalists",
            (5, 1): "new", (4, 1): "promising", (3, 3): "need-attention",
            (3, 1): "about-to-sleep", (2, 3): "at-risk", (1, 5): "cannot-lose",
            (2, 2): "hibernating", (1, 1): "lost",
        }  # fmt: skip

        assert {
            scores: cells.cell_of(recency=scores[0], frequency=scores[1]) for scores in told
        } == told

    def test_has_a_standard_segment_for_each_name(self) -> None:
        ready = standard.get_standard()

        assert [one.definition.conditions[0].codes for one in ready] == [(c.value,) for c in Cell]
