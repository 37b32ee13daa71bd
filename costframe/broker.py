"""The worker's end of the queue: what a message must be before an actor sees it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import connection, connections
from dramatiq import Middleware
from dramatiq.middleware import SkipMessage

from costframe import logs
from costframe.queue import NotOnlyIds, make_broker, refuse_all_but_ids
from costframe.schedule import TABLES, TOGETHER
from tenants import scope

if TYPE_CHECKING:
    from uuid import UUID

    from dramatiq import Broker, MessageProxy
    from dramatiq.brokers.redis import RedisBroker

log = logging.getLogger(__name__)


def worker_broker(url: str) -> RedisBroker:
    """The worker's broker. The order matters: connections are given back last but for the log's knowledge."""
    return make_broker(url, middleware=[NamedInLogs(), FreshConnections(), Gate()])


class NamedInLogs(Middleware):
    """Whatever this thread logs meanwhile says which message it works on, and for whom."""

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        del broker
        try:
            organization_id, row_id = refuse_all_but_ids(message)
        except NotOnlyIds:
            logs.say_about()  # what it holds is not ours to repeat; the gate refuses it next
        else:
            logs.say_about(
                request_id=message.message_id,
                organization_id=str(organization_id),
                work=f"{message.actor_name} {row_id}",
            )

    def after_process_message(
        self, broker: Broker, message: MessageProxy, *, result: object = None, exception: BaseException | None = None
    ) -> None:
        del broker, message, result, exception
        logs.say_about()

    def after_skip_message(self, broker: Broker, message: MessageProxy) -> None:
        del broker, message
        logs.say_about()


class FreshConnections(Middleware):
    """Gives database connections back to the pool once a message is done."""

    def after_process_message(
        self, broker: Broker, message: MessageProxy, *, result: object = None, exception: BaseException | None = None
    ) -> None:
        del broker, message, result, exception
        release_connections()

    def after_skip_message(self, broker: Broker, message: MessageProxy) -> None:
        del broker, message
        release_connections()


def release_connections() -> None:
    """Give this thread's connection back to the pool, unless a transaction is open."""
    if not connection.in_atomic_block:
        connections.close_all()


class Gate(Middleware):
    """Lets a message through when it holds ids only and names a row that stands under its organisation.

    Dramatiq logs any other exception of a middleware and runs the actor all the same, so whatever goes wrong in here
    is turned into SkipMessage: the row stays due and is sent again.
    """

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        del broker
        try:
            refuse_unknown_row(message)
        except SkipMessage:
            raise
        except Exception as error:
            log.exception("A queue message could not be looked at; its row stays due.")
            raise SkipMessage("It could not be looked at.") from error


def refuse_unknown_row(message: MessageProxy) -> None:
    """Raise SkipMessage unless the message is well-formed and its row exists under its organisation."""
    try:
        organization_id, row_id = refuse_all_but_ids(message)
    except NotOnlyIds as error:
        # Its content is not ours: neither stored nor logged.
        log.warning("Refused a queue message: %s", error)
        raise SkipMessage(str(error)) from None
    try:
        with scope.work_on(TABLES[message.actor_name], row_id), scope.organization(organization_id):
            pass
    except scope.NoSuchWork:
        if message.actor_name in TOGETHER:
            raise SkipMessage("Another message has dealt with it.") from None  # its row went when that was done
        book_lost(organization_id=organization_id, row_id=row_id, actor=message.actor_name, reason="NO_SUCH_ROW")
        raise SkipMessage("There is no such row.") from None
    except scope.WorkIsOver:
        raise SkipMessage("Its row is no work any more.") from None  # sent twice, and somebody was faster


def book_lost(*, organization_id: UUID, row_id: UUID, actor: str, reason: str) -> None:
    """Book a message that was refused or gave up. For an organisation that does not exist there is only the log."""
    log.warning("Lost message %s for row %s: %s", actor, row_id, reason)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select cf_book_lost(%s, %s, %s, %s)", [organization_id, actor, row_id, reason])
    except Exception:
        log.exception("It could not be booked.")
