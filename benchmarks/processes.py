"""CPU time of whole process trees, read from /proc. Linux only; no Django."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK = 1 / os.sysconf("SC_CLK_TCK")
NANOSECOND = 1e-9


@dataclass(frozen=True)
class Process:
    """One live process: seconds of its own, and of its children that have ended."""

    pid: int
    parent: int
    own: float
    ended_children: float


def parse_stat(text: str) -> Process:
    """Read one line of /proc/PID/stat. The command's name may hold spaces and brackets."""
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    user, system, children_user, children_system = map(int, fields[11:15])
    return Process(
        pid=int(head.split(" ", 1)[0]),
        parent=int(fields[1]),
        own=(user + system) * TICK,
        ended_children=(children_user + children_system) * TICK,
    )


def read_processes(proc: Path = PROC) -> dict[int, Process]:
    """Return every live process by its id. One that ends meanwhile is left out."""
    found = {}
    for path in proc.iterdir():
        if not path.name.isdigit():
            continue
        try:
            process = parse_stat((path / "stat").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[process.pid] = process
    return found


def get_tree(processes: dict[int, Process], *, root: int, without: int = 0) -> set[int]:
    """Return the ids of a process and its descendants, leaving out one subtree."""
    children: dict[int, list[int]] = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process.pid)
    tree: set[int] = set()
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        if pid != without and pid in processes and pid not in tree:
            tree.add(pid)
            waiting += children.get(pid, [])
    return tree


def get_precise(pid: int, proc: Path = PROC) -> float | None:
    """Return a live process's own seconds to the nanosecond, where the kernel says them."""
    try:
        threads = list((proc / str(pid) / "task").iterdir())
        texts = [(thread / "schedstat").read_text() for thread in threads]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return sum(int(text.split()[0]) for text in texts) * NANOSECOND


def cpu_of_tree(*, root: int, without: int = 0, proc: Path = PROC) -> float:
    """Return the seconds that a process, its descendants and its ended children have used.

    A tick is 10 ms on most machines: live processes are read to the nanosecond where the
    kernel keeps that account, and in ticks where it does not.
    """
    processes = read_processes(proc)
    total = 0.0
    for pid in get_tree(processes, root=root, without=without):
        precise = get_precise(pid, proc)
        total += processes[pid].own if precise is None else precise
        total += processes[pid].ended_children
    return total
