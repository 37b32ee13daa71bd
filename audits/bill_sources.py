"""Where an organisation's bills come from: an export of a connection, or files that somebody hands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.models import BillSource

if TYPE_CHECKING:
    from datetime import datetime

    from connections.models import Connection


def of_connection(connection: Connection, *, at: datetime) -> BillSource:
    """The source of what a connection's export holds, made when it is first needed. In the open scope."""
    source, _ = BillSource.objects.get_or_create(connection=connection, defaults={"created_at": at})
    return source
