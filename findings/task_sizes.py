"""The sizes that a task may have on Fargate, and the least of them that carries what was measured. Pure."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1024
# CPU units (1,024 are one processor), and the least, the most and the step of the memory that goes with them, in MiB.
SIZES = (
    (256, 512, 512, 512),
    (256, 1 * GIB, 2 * GIB, 1 * GIB),
    (512, 1 * GIB, 4 * GIB, 1 * GIB),
    (1024, 2 * GIB, 8 * GIB, 1 * GIB),
    (2048, 4 * GIB, 16 * GIB, 1 * GIB),
    (4096, 8 * GIB, 30 * GIB, 1 * GIB),
    (8192, 16 * GIB, 60 * GIB, 4 * GIB),
    (16384, 32 * GIB, 120 * GIB, 8 * GIB),
)
# What a processor and a GiB cost an hour, set against each other: AWS' list price of us-east-1, and alike elsewhere.
PROCESSOR, MEMORY = 0.04048, 0.004445


@dataclass(frozen=True, order=True)
class TaskSize:
    """CPU units and MiB of memory."""

    cpu: int
    memory_mib: int

    @property
    def weight(self) -> float:
        """What it costs, to be compared with another's."""
        return self.cpu / 1024 * PROCESSOR + self.memory_mib / GIB * MEMORY


ALL = frozenset(
    TaskSize(cpu, memory) for cpu, least, most, step in SIZES for memory in range(least, most + 1, step)
)  # fmt: skip


def cheapest(*, cpu: float, memory_mib: float) -> TaskSize | None:
    """The cheapest size that has as much of both; None where none has."""
    return min(
        (size for size in ALL if size.cpu >= cpu and size.memory_mib >= memory_mib),
        key=lambda size: size.weight,
        default=None,
    )
