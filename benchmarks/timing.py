"""Timing and memory for the benchmarks. Contains no knowledge of what is measured."""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Search = Callable[[str], object]


def paired(
    ways: Mapping[str, Search], queries: Sequence[str], *, rounds: int = 3
) -> dict[str, list[float]]:
    """Milliseconds of each query in each way: warm, interleaved, the median of the rounds.

    The ways take turns on every query, so that what else the machine does hits them alike.
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for query in queries:
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(rounds + 1):
            for name, search in ways.items():
                started = time.perf_counter()
                search(query)
                if turn:
                    taken[name].append(1000 * (time.perf_counter() - started))
        for name, values in taken.items():
            times[name].append(statistics.median(values))
    return times


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def private_memory(pid: int) -> int:
    """Proportional set size of a process in bytes, pages mapped from files left out."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    fields = dict(re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE))
    return 1024 * (int(fields["Pss_Anon"]) + int(fields.get("Pss_Shmem", 0)))


def processes_of(pid: int) -> list[int]:
    """A process and those that it started, as far as they run."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(number for child in children for number in processes_of(int(child)))]


def used_seconds(pids: Sequence[int]) -> float:
    """Seconds of processor time that processes have used, in the kernel too."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int) -> int:
    """Highest resident set size a process has had, in bytes, mapped pages included."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)
    return 1024 * int(found.group(1)) if found else 0


def one_thread() -> None:
    """Keep numeric libraries to one thread; call before they are imported."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
