"""Where the time of some work goes: by package, by the product's own functions, by statement."""

import cProfile
import pstats
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "django/db", "django/utils", "django", "rest_framework", "psycopg", "celery", "json",
    "structlog", "django_structlog", "simple_history", "phonenumber",
)  # fmt: skip
MOST_FUNCTIONS = 30

Function = tuple[str, int, str]


def profile(work: Callable[[], int]) -> list[str]:
    """Return lines that say where the time of some operations goes, in shares of the whole.

    A profiler slows small functions down most: shares are hints, never measures.
    """
    profiler = cProfile.Profile(time.thread_time)  # Waiting for the server is not counted.
    operations = profiler.runcall(work)
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    total = sum(own for _, _, own, _, _ in stats.values())
    lines = [f"profile of {operations} operations; own time by package:"]
    lines += [
        f"  {share:6.1%}  {package}"
        for package, share in _by_package(stats, total)
        if share > 0.01
    ]
    lines.append("time with callees, of the product's own functions:")
    lines += [f"  {line}" for line in _by_function(stats, total, operations)]
    return lines


def _by_package(stats: dict[Function, tuple], total: float) -> list[tuple[str, float]]:
    shares: dict[str, float] = defaultdict(float)
    for (filename, _line, name), (_, _, own, _, _) in stats.items():
        shares[_package_of(filename, name)] += own / total
    return sorted(shares.items(), key=lambda item: -item[1])


def _package_of(filename: str, name: str) -> str:
    if filename == "~":
        return "psycopg" if "psycopg" in name else "built-in functions"
    if own := _place_in_product(filename):
        return own.split("/")[0] if "/" in own else own
    for package in PACKAGES:
        if f"/{package}/" in filename or filename.endswith(f"/{package}.py"):
            return package
    return "other libraries"


def _place_in_product(filename: str) -> str:
    path = Path(filename)
    is_ours = path.is_relative_to(ROOT) and "site-packages" not in path.parts
    return str(path.relative_to(ROOT)) if is_ours else ""


def _by_function(stats: dict[Function, tuple], total: float, operations: int) -> list[str]:
    ours = [
        (cumulative, f"{place}:{line} {name}", calls / operations)
        for (filename, line, name), (_, calls, _, cumulative, _) in stats.items()
        if (place := _place_in_product(filename)) and not place.startswith("benchmarks/")
    ]
    return [
        f"{cumulative / total:6.1%} {calls:6.1f} calls  {name}"
        for cumulative, name, calls in sorted(ours, reverse=True)[:MOST_FUNCTIONS]
    ]
