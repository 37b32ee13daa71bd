"""Slows our calls down where a provider asks for it: one rate for each connection, region and service, of all workers.

A place has no rate until the provider throttles there. Then each call waits for its turn, which all workers take from
one number in Redis; each further complaint halves the rate, and as time goes by without one it grows until the place
needs none. What Redis holds is a hash's name and numbers: no account, no region, no service by name.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID, uuid5

import redis
from django.conf import settings

from audits.collect import StoppableBook

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

FIRST = 4.0  # calls a second, when a place is throttled that had no rate
LEAST = 0.25
FREE = 16.0  # from here on a place needs no rate
DOUBLES_SECONDS = 30.0  # in which a rate doubles while nobody complains
CALM_SECONDS = 2.0  # in which further complaints are of the same moment: calls that were under way together
LONGEST_TURN_SECONDS = 120.0  # a call does not queue for longer, and takes no turn after that
MOST_TRIES = 10  # of a call that is throttled each time
SLICE_SECONDS = 1.0  # how long it is waited before whoever waits is asked whether to go on

# Both: KEYS the place's hash; ARGV the moment in seconds, "" for Redis' own.
NOW = f"""
local at = tonumber(ARGV[1])
if not at then local t = redis.call('TIME'); at = tonumber(t[1]) + tonumber(t[2]) / 1000000 end
local rate = tonumber(redis.call('HGET', KEYS[1], 'rate'))
local since = tonumber(redis.call('HGET', KEYS[1], 'since')) or at
local turn = tonumber(redis.call('HGET', KEYS[1], 'turn')) or at
if rate then rate = rate * 2 ^ (math.max(0, at - since) / {DOUBLES_SECONDS}) end
local function keep()
  redis.call('HSET', KEYS[1], 'rate', rate, 'since', at, 'turn', turn)
  redis.call('EXPIRE', KEYS[1], {int(DOUBLES_SECONDS * 10)})
end
"""
TAKE_TURN = (
    NOW
    + f"""
if not rate then return '0' end
if rate >= {FREE} then redis.call('DEL', KEYS[1]); return '0' end
local wait = math.max(0, turn - at)
if wait > {LONGEST_TURN_SECONDS} then return '{LONGEST_TURN_SECONDS}' end
turn = math.max(turn, at) + 1 / rate
keep()
return tostring(wait)
"""
)
SLOW_DOWN = (
    NOW
    + f"""
local told = tonumber(redis.call('HGET', KEYS[1], 'told'))
if rate and told and at - told < {CALM_SECONDS} then return tostring(rate) end
if rate and rate < {FREE} then rate = math.max({LEAST}, rate / 2) else rate = {FIRST} end
turn = math.max(turn, at + 1 / rate)
keep()
redis.call('HSET', KEYS[1], 'told', at)
return tostring(rate)
"""
)


class Store(Protocol):
    """What keeps the rates."""

    def take_turn(self, place: UUID) -> float:
        """How many seconds a call of the place has to wait; its turn is taken."""

    def slow_down(self, place: UUID) -> None:
        """The provider complained."""


class Rates:
    """The rates in Redis. Where Redis is away nobody waits: calls that are throttled are tried again by themselves."""

    def __init__(self, client: redis.Redis, *, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock
        self._take_turn = client.register_script(TAKE_TURN)
        self._slow_down = client.register_script(SLOW_DOWN)

    def take_turn(self, place: UUID) -> float:
        """How many seconds a call of the place has to wait."""
        return float(self._run(self._take_turn, place) or 0)

    def slow_down(self, place: UUID) -> None:
        """Halve the place's rate, or give it its first."""
        self._run(self._slow_down, place)

    def _run(self, script: Any, place: UUID) -> Any:  # noqa: ANN401 - redis' own, without types
        try:
            return script(keys=[f"pace:{place}"], args=[self._clock() if self._clock else ""])
        except redis.exceptions.RedisError as error:
            log.warning("Calls are not paced: Redis does not answer (%s).", type(error).__name__)
            return None


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What paces the calls of one piece of work in one connection's account. A `connections.provider.Pace`."""

    connection_id: UUID
    rates: Store
    raise_if_over: Callable[[], None]
    is_patient: Callable[[], bool] = lambda: False
    wait: Callable[[float], object] = field(default_factory=lambda: threading.Event().wait)

    def before_call(self, *, service: str, region: str) -> None:
        """Wait for the call's turn, if the place has turns. Raises whatever ends the work meanwhile."""
        left = self.rates.take_turn(self._place(service, region))
        while left > 0:
            self.raise_if_over()
            self.wait(min(left, SLICE_SECONDS))
            left -= SLICE_SECONDS

    def throttled(self, *, service: str, region: str) -> None:
        """The provider asked us to slow down there."""
        self.rates.slow_down(self._place(service, region))

    def further_try(self, *, tries: int) -> float | None:
        """After how many seconds a call goes again that the SDK gave up after so many tries; None: it does not.

        By then the complaint is a moment of its own, so that the rate is halved by the next one. Raises what ends the
        work: where its turn has come by then, nobody would ask.
        """
        self.raise_if_over()
        return CALM_SECONDS if tries < MOST_TRIES and self.is_patient() else None

    def _place(self, service: str, region: str) -> UUID:
        return uuid5(self.connection_id, f"{region} {service}")


def paced_book(*, connection_id: UUID, raise_if_over: Callable[[], None], patient_seconds: float = 0) -> StoppableBook:
    """What counts the calls of one piece of work for a connection, keeps their pace, and ends them when it is over.

    For its first `patient_seconds` a call that is throttled is tried up to MOST_TRIES times.
    """
    until = time.monotonic() + patient_seconds
    pace = Pace(
        connection_id=connection_id,
        rates=_rates(),
        raise_if_over=raise_if_over,
        is_patient=lambda: time.monotonic() < until,
    )
    return StoppableBook(raise_if_over, pace=pace)


@cache
def _rates() -> Rates:
    return Rates(connect(settings.REDIS_URL))


def connect(url: str) -> redis.Redis:
    """A client that asks Redis once, as those made from a URL do: others ask ten times more, while each call waits."""
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
