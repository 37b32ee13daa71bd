"""What the processes took: CPU seconds of each kind, and the most memory that a worker had, read beside the run."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

EACH_SECONDS = 0.5
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024


@dataclass(kw_only=True)
class Taken:
    """What one kind of process took so far: CPU of each that there was, and memory in MiB.

    `largest` is the most of one process, `together` the most of all at one moment, in which what they share counts
    for each.
    """

    cpu: dict[int, float] = field(default_factory=dict)
    largest: int = 0
    together: int = 0

    @property
    def cpu_seconds(self) -> float:
        return sum(self.cpu.values())


class Gauge:
    """Looks at some trees of processes twice a second, from a thread of its own. `roots` tells those there are now."""

    def __init__(self, roots: Callable[[], Mapping[str, list[int]]]) -> None:
        self._roots = roots
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.taken: dict[str, Taken] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def reset(self) -> dict[str, float]:
        """Forget the memory, and tell the CPU seconds of each kind until now."""
        for taken in self.taken.values():
            taken.largest = taken.together = 0
        return self.cpu()

    def cpu(self) -> dict[str, float]:
        return {kind: taken.cpu_seconds for kind, taken in self.taken.items()}

    def _run(self) -> None:
        while not self._over.wait(EACH_SECONDS):
            for kind, roots in self._roots().items():
                self._look(self.taken.setdefault(kind, Taken()), roots)

    def _look(self, taken: Taken, roots: list[int]) -> None:
        sizes = []
        for pid in (one for root in roots for one in tree(root)):
            cpu, mib = _of_process(pid)
            taken.cpu[pid] = max(taken.cpu.get(pid, 0.0), cpu)
            sizes.append(mib)
        taken.largest = max([taken.largest, *sizes])
        taken.together = max(taken.together, sum(sizes))


def tree(root: int) -> list[int]:
    """A process and all below it; none where it is gone."""
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{root}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return [root, *(one for child in children for one in tree(child))]


def _of_process(pid: int) -> tuple[float, int]:
    """CPU seconds and resident MiB of one process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0, 0
    return (int(fields[11]) + int(fields[12])) / TICKS, pages * os.sysconf("SC_PAGE_SIZE") // MIB // MIB
