"""Django's connection as production has it: real logins from a pool, committed data, nothing held between two uses."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, connections
from psycopg.conninfo import conninfo_to_dict

from tenants import scope
from tenants.models import Activity
from tests.conftest import AT

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def pool_of(url: str, *, size: int) -> Iterator[None]:
    """The default connection draws from a pool of at most `size` logins, for as long as the block lasts."""
    ours = connections.settings["default"]
    before, held = dict(ours), connections["default"]
    fields = conninfo_to_dict(url)
    ours.update(
        HOST=fields["host"],
        PORT=fields["port"],
        NAME=fields["dbname"],
        USER=fields["user"],
        PASSWORD=fields["password"],
        OPTIONS={"pool": {"min_size": 1, "max_size": size, "timeout": 10}},
    )
    pooled: Any = connections.create_connection("default")
    connections["default"] = pooled
    try:
        yield
    finally:
        pooled.close()
        pooled.close_pool()
        ours.update(before)
        connections["default"] = held


def backend() -> int:
    return int(ask("select pg_backend_pid()")[0])


def setting() -> str:
    """What PostgreSQL knows of an organisation now; '' is nothing."""
    return ask("select coalesce(current_setting('costframe.organization', true), '')")[0]


def actors() -> list[str]:
    """Whose trail PostgreSQL shows, past every manager."""
    return sorted(ask("select actor from tenants_activity"))


def ask(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def write(actor: str) -> None:
    """One line of the trail, for the open scope's organisation."""
    Activity.objects.create(actor=actor, verb="b", subject_kind="c", at=AT)


def who_is_here() -> dict[str, Any]:
    """What the code that runs now could see: by the managers and past them."""
    try:
        managed: list[str] | str = sorted(Activity.objects.values_list("actor", flat=True))
    except scope.NoTenantScope:
        managed = "NoTenantScope"
    return {"open": scope.is_open(), "managed": managed, "past": actors()}


NOBODY = {"open": False, "managed": "NoTenantScope", "past": []}
