"""The parts of the harness that decide what a run says. The runs themselves are `make bench`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.harness import Comparison, Cost, Count, Meter, Side, compare, is_within
from benchmarks.processes import Process, cpu_of_tree, get_tree, parse_stat
from benchmarks.wire import count_logged, count_turns, leave_out, shape_of

BUSY = "import time\nwhile time.process_time() < 0.2: pass"


class SteppingMeter(Meter):
    """A meter whose clock moves only when a side says so."""

    spent = Cost()

    def read(self) -> Cost:
        return Cost(SteppingMeter.spent.application, SteppingMeter.spent.database)


@pytest.fixture
def meter() -> Meter:
    SteppingMeter.spent = Cost()
    return SteppingMeter(application=0, server=0)


def comparison(goal: float = 2.0) -> Comparison:
    return Comparison(code="c", says="c", left="left", right="right", goal=goal)


class TestParseStat:
    def test_reads_times_in_seconds_behind_a_name_with_spaces_and_brackets(self):
        tick = 1 / os.sysconf("SC_CLK_TCK")
        line = "42 (post (gres) :) S 7 42 42 0 -1 4194304 1 2 3 4 100 50 30 20 20 0 1 0 99"

        process = parse_stat(line)

        assert process == Process(pid=42, parent=7, own=150 * tick, ended_children=50 * tick)


class TestGetTree:
    def test_holds_descendants_but_not_the_subtree_left_out(self):
        parents = {1: 0, 2: 1, 3: 2, 4: 1, 5: 9, 9: 0}
        processes = {pid: Process(pid, parent, 0.0, 0.0) for pid, parent in parents.items()}

        assert get_tree(processes, root=1) == {1, 2, 3, 4}
        assert get_tree(processes, root=1, without=2) == {1, 4}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="CPU is read from /proc")
class TestCpuOfTree:
    def test_counts_children_that_ended(self):
        before = cpu_of_tree(root=os.getpid())

        subprocess.run([sys.executable, "-c", BUSY], check=True)

        assert cpu_of_tree(root=os.getpid()) - before >= 0.19

    def test_counts_a_child_that_still_runs_unless_it_is_left_out(self):
        waiting = f"{BUSY}\nprint(flush=True)\ninput()"
        child = subprocess.Popen(
            [sys.executable, "-c", waiting], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        with child:
            assert child.stdout is not None
            child.stdout.readline()

            whole = cpu_of_tree(root=os.getpid())
            without = cpu_of_tree(root=os.getpid(), without=child.pid)
            alone = cpu_of_tree(root=child.pid)

            child.communicate(b"\n")
        assert alone >= 0.19
        assert whole - without >= 0.19


class TestCompare:
    def test_takes_sides_in_turn_and_throws_the_warm_up_away(self, meter: Meter):
        order = []

        def side(name: str, seconds: float) -> Side:
            def work(number: int) -> int:
                order.append((name, number))
                SteppingMeter.spent.application += 100.0 if number == 0 else seconds
                return 10

            return Side(name=name, work=work)

        found = compare(
            comparison(), left=side("A", 6.0), right=side("B", 2.0), rounds=5, meter=meter
        )

        assert order == [(name, number) for number in range(6) for name in "AB"]
        assert len(found.rounds) == 5
        assert found.ratio == pytest.approx(3.0)
        left, right = found.get_costs()
        assert (left.total, right.total) == (pytest.approx(0.6), pytest.approx(0.2))

    def test_does_not_measure_what_a_side_prepares(self, meter: Meter):
        def prepare(_number: int) -> None:
            SteppingMeter.spent.database += 50.0

        def work(_number: int) -> int:
            SteppingMeter.spent.database += 1.0
            return 1

        found = compare(
            comparison(),
            left=Side(name="A", work=work, prepare=prepare),
            right=Side(name="B", work=work),
            rounds=5,
            meter=meter,
        )

        assert found.ratios == [1.0] * 5

    def test_refuses_fewer_than_five_rounds(self, meter: Meter):
        idle = Side(name="idle", work=lambda _number: 1)

        with pytest.raises(ValueError, match="at least 5 rounds"):
            compare(comparison(), left=idle, right=idle, rounds=4, meter=meter)


class TestGoals:
    def test_give_a_ratio_fifteen_percent_of_slack(self):
        assert is_within(value=2.29, goal=2.0) is True
        assert is_within(value=2.31, goal=2.0) is False

    def test_take_the_median_of_each_rounds_ratio(self):
        found = comparison(goal=2.0)
        found.rounds = [(Cost(ratio, 0.0), Cost(1.0, 0.0)) for ratio in (1.9, 9.0, 2.0, 1.8, 8.0)]

        assert found.ratio == 2.0
        assert found.is_met is True

    def test_give_a_count_no_slack(self):
        assert Count(code="n", says="round trips", value=8, most=8).is_met is True
        assert Count(code="n", says="round trips", value=9, most=8).is_met is False


class TestWire:
    def test_counts_a_pipeline_once_and_values_that_look_like_messages_never(self):
        trace = (
            'F\t10\tQuery\t "BEGIN"\nB\t10\tCommandComplete\t "BEGIN"\nB\t5\tReadyForQuery\t T\n'
            'F\t16\tParse\t "" "select 1\nB is not a message" 0\nF\t4\tSync\n'
            'F\t16\tParse\t "" "select 2" 0\nF\t4\tSync\n'
            "B\t4\tParseComplete\nB\t5\tReadyForQuery\t T\nB\t5\tReadyForQuery\t T\n"
            'F\t11\tQuery\t "COMMIT"\nB\t5\tReadyForQuery\t I\n'
        )

        assert count_turns(trace) == 3

    def test_knows_statements_that_differ_in_values_alone(self):
        first = shape_of(
            b"SELECT a1 FROM t WHERE k = 'it''s' AND n = -12 AND at = '1'::timestamptz"
        )

        assert first == shape_of(
            b"SELECT a1 FROM t WHERE k = 'b' AND n = 7 AND at = '2'::timestamptz"
        )
        assert first != shape_of(
            b"SELECT a2 FROM t WHERE k = 'b' AND n = 7 AND at = '2'::timestamptz"
        )

    def test_leaves_out_one_of_each_kind_that_is_said_already(self):
        said = [b"SELECT 1", b"SELECT k WHERE k = 'a'", b"BEGIN", b"SELECT 2", b"COMMIT"]

        kept = leave_out(said, already=[b"SELECT 9", b"SELECT k WHERE k = 'b'"])

        assert kept == [b"BEGIN", b"SELECT 2", b"COMMIT"]

    def test_counts_what_one_connection_said_in_the_servers_log(self):
        log = (
            "2026-01-01 00:00:00.000 UTC [7] LOG:  statement: BEGIN\n"
            "2026-01-01 00:00:00.000 UTC [8] LOG:  statement: BEGIN\n"
            "2026-01-01 00:00:00.000 UTC [7] LOG:  execute <unnamed>: SELECT 1\n"
            "2026-01-01 00:00:00.000 UTC [7] ERROR:  statement: no\n"
        )

        assert count_logged(log, backend=7) == 2
