"""What goes through Redis: an actor's name and two ids. It knows no actor and no SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import UUID

import redis
from dramatiq import Message, Middleware
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import MiddlewareError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dramatiq import Broker, MessageProxy

QUEUE = "work"
ACTORS = (
    *("check_access", "plan_night", "run_audit", "run_step", "load_upload", "preview_thresholds"),
    *("take_in_event", "seal_trail"),
)
OPTIONS = frozenset({"redis_message_id"})
IDS = 2  # organisation, row

QueueIsAway = redis.exceptions.RedisError


class NotOnlyIds(MiddlewareError):
    """A queue message holds something else than an actor's name and two ids. Send the row's id, not its content."""


def refuse_all_but_ids(message: Message[None] | MessageProxy) -> tuple[UUID, UUID]:
    """The organisation's and the row's id of `message`. Raises NotOnlyIds where it holds anything else.

    Dramatiq's own middleware would put tracebacks, callbacks and results into the options: none of them is known here.
    """
    if message.actor_name not in ACTORS or message.queue_name != QUEUE:
        raise NotOnlyIds("A queue message must name one of our actors and our queue.")
    if message.kwargs or len(message.args) != IDS or set(message.options) - OPTIONS:
        raise NotOnlyIds("A queue message must hold two ids and nothing else.")
    if not all(_is_id(value) for value in (*message.args, message.message_id, *message.options.values())):
        raise NotOnlyIds("A queue message must hold ids only.")
    if type(message.message_timestamp) is not int:
        raise NotOnlyIds("A queue message's time must be a number.")
    organization_id, row_id = message.args
    return UUID(organization_id), UUID(row_id)


class OnlyIds(Middleware):
    """Refuses to send anything but ids, whoever asks. It must be a MiddlewareError: any other is logged and ignored."""

    def before_enqueue(self, broker: Broker, message: Message[None], delay: int | None) -> None:
        del broker, delay
        refuse_all_but_ids(message)


def make_broker(url: str, *, middleware: Sequence[Middleware] = ()) -> RedisBroker:
    """A broker with our middleware only: no retries (rows come back by their due time), no results, no callbacks."""
    return RedisBroker(url=url, middleware=[OnlyIds(), *middleware])  # type: ignore[no-untyped-call]  # dramatiq has no types for it


class Queue:
    """The sending end. Its errors are `QueueIsAway`: keep the row due and try again."""

    def __init__(self, url: str) -> None:
        self.broker = make_broker(url)

    def send(self, actor_name: str, organization_id: UUID, row_id: UUID) -> None:
        """Ask some worker to take the row."""
        ids = (str(organization_id), str(row_id))
        self.broker.enqueue(Message(queue_name=QUEUE, actor_name=actor_name, args=ids, kwargs={}, options={}))

    def waiting(self) -> int:
        """How many messages wait for a worker."""
        return cast("int", self.broker.client.llen(f"{self.broker.namespace}:{QUEUE}"))


def _is_id(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False
