"""The options of a worker's command that say whose bill it is about, read and looked up."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError

from audits import bill_sources
from audits.models import BillSource
from connections.models import Connection
from tenants import scope

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Mapping
    from datetime import datetime


def add_arguments(parser: ArgumentParser) -> None:
    """`--organization`, and either `--connection` or `--source`."""
    parser.add_argument("--organization", required=True, metavar="UUID", help="whose bill it is")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--connection", metavar="UUID", help="the connection that it belongs to")
    whose.add_argument("--source", metavar="UUID", help="the source of handed-in files that it belongs to")


@contextmanager
def found(options: Mapping[str, Any], *, command: str, at: datetime) -> Iterator[tuple[UUID, BillSource]]:
    """The organisation and the source that `options` name. Scopes of the organisation may be opened inside.

    Raises CommandError where this process is no worker or there is no such thing.
    """
    if settings.COSTFRAME_ROLE.name != "worker":
        raise CommandError(
            f"COSTFRAME_ROLE is {settings.COSTFRAME_ROLE.name!r}: run {command} on a worker, COSTFRAME_ROLE=worker."
        )
    organization_id = _uuid("--organization", options["organization"])
    name, place = ("--source", BillSource) if options.get("source") else ("--connection", Connection)
    place_id = _uuid(name, options[name.removeprefix("--")])
    with scope.work_on(place._meta.db_table, place_id):  # noqa: SLF001 - Django's own way to name it
        source = None
        with suppress(scope.NoSuchWork), scope.organization(organization_id):
            source = _source(place, place_id, at=at)
        if source is None:
            raise CommandError(
                f"{name} {place_id}: organisation {organization_id} has no such {name.removeprefix('--')}. "
                f"Copy both ids from the {name.removeprefix('--')}'s page."
            )
        yield organization_id, source


def _source(place: type[BillSource | Connection], place_id: UUID, *, at: datetime) -> BillSource | None:
    if place is BillSource:
        return BillSource.objects.select_related("connection").filter(id=place_id, connection=None).first()
    connection = Connection.objects.exclude(state=Connection.State.DELETED).filter(id=place_id).first()
    return bill_sources.of_connection(connection, at=at) if connection else None


def _uuid(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise CommandError(f"{name} {value!r} is no UUID. Copy it from its page.") from None
