"""A load's lines in their table, taken from where they wait a stretch at a time: so it can be told how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from audits.focus import WRITTEN_COLUMNS

if TYPE_CHECKING:
    from audits.load_meter import Meter
    from audits.models import BillLoad

STRETCH_PAGES = 2048  # of the temporary table: 16 MB, some fifty thousand lines, a second's work
NAMES = ", ".join(WRITTEN_COLUMNS)
PAGES = "select pg_relation_size('pg_temp.bill_lines') / current_setting('block_size')::integer"
# By their place in the table, so that each stretch reads its own pages alone.
STRETCH = (
    f"insert into audits_costline (id, organization_id, load_id, {NAMES}) "
    f"select (%s || lpad(to_hex(%s + row_number() over ()), 12, '0'))::uuid, %s, %s, {NAMES} "
    "from bill_lines where billing_period = %s and ctid >= %s::tid and ctid < %s::tid"
)


def insert(cursor: Any, load: BillLoad, *, meter: Meter) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Keep the lines of `load` that wait in the temporary table `bill_lines`.

    Their ids are random but for their last digits, which count up: keys in order are cheap.
    """
    prefix, stored = str(uuid4())[:-12], 0
    cursor.execute(PAGES)
    (pages,) = cursor.fetchone()
    for first in range(0, pages, STRETCH_PAGES):
        ends = (f"({first},0)", f"({first + STRETCH_PAGES},0)")
        cursor.execute(STRETCH, [prefix, stored, load.organization_id, load.id, load.billing_period, *ends])
        stored += cursor.rowcount
        meter.add(done_rows=cursor.rowcount)
