"""What a run prints: for people, or as one JSON document."""

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.harness import SLACK, Comparison, Cost, Count, Report, Twin


def print_reports(reports: Sequence[Report]) -> None:
    """Print each benchmark's ratios against their goals, its counts and its twins."""
    for report in reports:
        print(f"\n{report.code}  {report.title}")
        for comparison in report.comparisons:
            print("\n".join(f"  {line}" for line in describe_comparison(comparison)))
        for count in report.counts:
            print(f"  {describe_count(count)}")
        for twin in report.twins:
            print(f"  {describe_twin(twin)}")
        for note in report.notes:
            print(f"  {note}")


def describe_comparison(comparison: Comparison) -> list[str]:
    left, right = comparison.get_costs()
    ratios = comparison.ratios
    return [
        f"{comparison.says}",
        f"  {comparison.left:<44} {describe_cost(left, comparison.unit)}",
        f"  {comparison.right:<44} {describe_cost(right, comparison.unit)}",
        f"  ratio {comparison.ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)}"
        f" rounds), goal {comparison.goal:.2f} + {SLACK - 1:.0%}: {say(comparison.is_met)}",
    ]


def describe_cost(cost: Cost, unit: str) -> str:
    if unit != "ms of CPU":
        return f"{cost.total * 1000:7.2f} {unit}"
    application, database = cost.application * 1000, cost.database * 1000
    return f"{cost.total * 1000:7.2f} ms of CPU = {application:.2f} app + {database:.2f} database"


def describe_count(count: Count) -> str:
    return f"{count.says}: {count.value}, at most {count.most}: {say(count.is_met)}"


def describe_twin(twin: Twin) -> str:
    return f"{twin.says}: {'right' if twin.is_right else 'WRONG'}"


def say(is_met: bool) -> str:
    return "met" if is_met else "missed"


def as_json(reports: Sequence[Report]) -> str:
    """Return one document; seconds of CPU are there to be read, never to be judged by."""
    return json.dumps({report.code: report_as_dict(report) for report in reports}, indent=2)


def report_as_dict(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "ratios": {item.code: comparison_as_dict(item) for item in report.comparisons},
        "counts": {
            item.code: {"value": item.value, "most": item.most, "is_met": item.is_met}
            for item in report.counts
        },
        "twins": {item.code: item.is_right for item in report.twins},
        "notes": report.notes,
    }


def comparison_as_dict(comparison: Comparison) -> dict[str, Any]:
    left, right = comparison.get_costs()
    return {
        "ratio": comparison.ratio,
        "ratios": comparison.ratios,
        "goal": comparison.goal,
        "is_met": comparison.is_met,
        "sides": {
            comparison.left: {"application": left.application, "database": left.database},
            comparison.right: {"application": right.application, "database": right.database},
        },
    }
