from dataclasses import dataclass

from benchmarks.cluster import Cluster
from benchmarks.harness import Meter


@dataclass(frozen=True)
class Run:
    """What every benchmark is given: the server, how to measure, how much to do."""

    cluster: Cluster
    meter: Meter
    rounds: int
    scale: float
    is_profiled: bool

    def scaled(self, operations: int) -> int:
        """Return how many operations a round does, never fewer than one."""
        return max(1, round(operations * self.scale))
