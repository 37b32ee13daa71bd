"""The lines of old bills go, a few thousand at a time; what they add up to stays. The worker only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection as database

from audits.models import BillLoad
from tenants import scope

if TYPE_CHECKING:
    from datetime import date, datetime

# The lines first, then what described them, what nobody asks without them, and what could be no line.
TABLES = ("audits_costline", "audits_costdetail", "audits_costrate", "audits_quarantinedrow")
BATCH = 20_000  # lines of one transaction: some tenths of a second
# Each marked load is looked up by the index that starts with the organisation and the load.
REMOVE_SOME = """
with old as (
    select load.id from audits_billload load
     where load.organization_id = %(organization)s and load.lines_removed_at is not null
       and exists (select from {table} where organization_id = %(organization)s and load_id = load.id)
     order by load.billing_period, load.id limit 1
)
delete from {table}
 where organization_id = %(organization)s
   and id = any (array(
       select id from {table}
        where organization_id = %(organization)s and load_id = (select id from old) limit %(batch)s))
"""


def first_month_kept(*, at: datetime, months: int) -> date:
    """The first day of the earliest month whose lines are kept: this month and those before it, `months` in all."""
    number = at.year * 12 + at.month - months
    return at.date().replace(year=number // 12, month=number % 12 + 1, day=1)


HAS_LINES = """
select exists (
    select from audits_billload load
     where organization_id = %(organization)s and state = 'LOADED'
       and (lines_removed_at is null
            or exists (select from audits_costline where organization_id = %(organization)s and load_id = load.id)))
"""


def has_lines() -> bool:
    """Whether the open scope has lines that are old or will be."""
    with database.cursor() as cursor:
        cursor.execute(HAS_LINES, {"organization": scope.current()})
        return bool(cursor.fetchone()[0])


def mark_old(*, at: datetime, months: int) -> int:
    """Mark the open scope's loads whose lines are no longer kept; from now on no finding reads them. How many it were.

    With `months` 0 everything is kept.
    """
    if not months:
        return 0
    loads = BillLoad.objects.filter(state=BillLoad.State.LOADED, lines_removed_at=None)
    return loads.filter(billing_period__lt=first_month_kept(at=at, months=months)).update(lines_removed_at=at)


def remove_some(*, batch: int = BATCH) -> int:
    """Remove lines or details of one marked load in the open transaction, at most a batch. 0: none are left."""
    with database.cursor() as cursor:
        for table in TABLES:
            cursor.execute(REMOVE_SOME.format(table=table), {"organization": scope.current(), "batch": batch})
            if cursor.rowcount:
                return int(cursor.rowcount)
    return 0
