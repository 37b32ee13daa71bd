"""A load's details in PostgreSQL: what lines name by number, each once. Written with the lines, and gone with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from audits.copied import copy_file

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import BillLoad

TABLE = "audits_costdetail"
COLUMNS = {"number": "integer", "columns": "jsonb", "tags": "jsonb", "extra": "jsonb"}


def copy(cursor: Any, file: Path | None) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """The details that were read into the temporary table `bill_details`; none where there is no file."""
    copy_file(cursor, file, table="bill_details", columns=COLUMNS)


def insert(cursor: Any, load: BillLoad) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Keep those that a line of `load` in the temporary table `bill_lines` names. Ids count up, as those of lines."""
    cursor.execute(
        f"insert into {TABLE} (id, organization_id, load_id, number, columns, tags, extra) "
        "select (%s || lpad(to_hex(row_number() over ()), 12, '0'))::uuid, %s, %s, number, "
        "jsonb_strip_nulls(columns), jsonb_strip_nulls(tags), jsonb_strip_nulls(extra) from bill_details "
        "where number in (select detail_number from bill_lines where billing_period = %s)",
        [str(uuid4())[:-12], load.organization_id, load.id, load.billing_period],
    )
