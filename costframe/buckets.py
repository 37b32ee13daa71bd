"""How often somebody may do something: so many at once, and so many a minute. In memory, of bounded size."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

MOST_KEYS = 20_000  # about 5 MB


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`burst` at once, then `per_minute`, evenly spread."""

    burst: int
    per_minute: float

    @property
    def interval(self) -> float:
        """Seconds until one more is allowed."""
        return 60 / self.per_minute

    @property
    def slack(self) -> float:
        """How many seconds ahead of the even pace one may be."""
        return self.interval * (self.burst - 1)


class Buckets:
    """For each key the moment at which it is as good as new (the generic cell rate algorithm): one number each.

    When there are too many keys, the one that was silent longest is forgotten. Whoever can ask from that many addresses
    gains nothing by it: they have that many limits already.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, most_keys: int = MOST_KEYS) -> None:
        self._clock, self._most_keys = clock, most_keys
        self._lock = threading.Lock()
        self._settled_at: dict[Hashable, float] = {}

    def __len__(self) -> int:
        return len(self._settled_at)

    def take(self, key: Hashable, limit: Limit) -> float:
        """0 where it is allowed, which counts; else the seconds until it would be, which does not."""
        with self._lock:
            now = self._clock()
            ahead = max(self._settled_at.pop(key, now) - now, 0.0)
            wait = max(ahead - limit.slack, 0.0)
            self._settled_at[key] = now + ahead + (0.0 if wait else limit.interval)
            if len(self._settled_at) > self._most_keys:
                del self._settled_at[next(iter(self._settled_at))]
            return wait
