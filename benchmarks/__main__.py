"""`make bench`: each benchmark against its goal, on a PostgreSQL of its own."""

import argparse
import importlib
import os
import signal
import sys
import tempfile
from types import FrameType

from benchmarks.cluster import running_cluster
from benchmarks.harness import FEWEST_ROUNDS, Meter, Report
from benchmarks.report import as_json, print_reports
from benchmarks.run import Run

BENCHMARKS = {
    "B1": "benchmarks.record_purchase",
    "B2": "benchmarks.get_balance",
    "B3": "benchmarks.redeem",
    "B4": "benchmarks.earn_among_many",
    "B5": "benchmarks.one_member",
    "B6": "benchmarks.expire_points",
    "B7": "benchmarks.count_measures",
    "B10": "benchmarks.catch_up",
    "P8": "benchmarks.verify_books",
    "P15": "benchmarks.overload",
    "B9": "benchmarks.staff_lists",
    "import": "benchmarks.import_purchases",
    "simulate": "benchmarks.simulate",
    "rules": "benchmarks.evaluate_rules",
}


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    parser.add_argument("--rounds", type=int, default=7, help=f"at least {FEWEST_ROUNDS}")
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual work a round")
    parser.add_argument("--profile", action="store_true", help="say where the time goes as well")
    parser.add_argument("--json", action="store_true", help="one JSON document, nothing else")
    return parser.parse_args(arguments)


def run_all(options: argparse.Namespace) -> list[Report]:
    """Start the server, run what was asked for, and stop it."""
    from benchmarks.databases import set_up_django

    with (
        tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder,
        running_cluster() as cluster,
    ):
        os.environ["VAR_DIR"] = folder
        set_up_django(cluster, database="postgres")
        run = Run(
            cluster=cluster,
            meter=Meter(application=os.getpid(), server=cluster.pid),
            rounds=options.rounds,
            scale=options.scale,
            is_profiled=options.profile,
        )
        reports = []
        for code in options.only:
            print(f"measuring {code}…", file=sys.stderr)
            reports.append(importlib.import_module(BENCHMARKS[code]).measure(run))
        return reports


def stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit("stopped")


def main(arguments: list[str]) -> int:
    """Return 1 if anything measured was wrong. A missed goal is said, and is no error here."""
    signal.signal(signal.SIGTERM, stop)
    options = parse(arguments)
    reports = run_all(options)
    if options.json:
        print(as_json(reports))
    else:
        print_reports(reports)
    return 0 if all(twin.is_right for report in reports for twin in report.twins) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
