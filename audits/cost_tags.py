"""A load's charges added up by tag: for each key its dearest values, all others as one. Written with its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from audits import left_out_tags
from audits.copied import copy_file
from audits.cost_days import KEYS, SUMS, columns

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import BillLoad

KEY_COLUMNS = {"billing_period": "date", "key": "text", "value_count": "integer", "other_count": "integer"}
TAG_KEYS = """
insert into audits_costtagkey (id, organization_id, load_id, key, value_count, other_count)
select gen_random_uuid(), %s, %s, key, value_count, other_count
  from bill_tag_keys where billing_period = %s and value_count is not null
"""
# Ids count up, as those of lines.
TAGS = """
insert into audits_costtag (id, organization_id, tag_key_id, value, {names})
select (%s || lpad(to_hex(row_number() over ()), 12, '0'))::uuid, kept.organization_id, kept.id, value, {names}
  from bill_tags join audits_costtagkey as kept using (key)
 where kept.organization_id = %s and kept.load_id = %s and billing_period = %s
"""
# What has a key, by the lines and their details, beside what is kept of it. `bill_written` holds the lines' sums.
DIFFERENCES = """
with kept as (select id, key from audits_costtagkey where organization_id = %s and load_id = %s),
     pairs as (select number as detail_number, pair.key from audits_costdetail, jsonb_each_text(tags) as pair
                where organization_id = %s and load_id = %s and pair.value <> ''
                  and pair.key in (select key from kept)),
     in_lines as (select key, billing_currency, {sums}
                    from bill_written join pairs using (detail_number) group by 1, 2),
     in_tags as (select kept.key, billing_currency, {sums}
                   from kept join audits_costtag on tag_key_id = kept.id and organization_id = %s group by 1, 2)
select key, billing_currency
  from ((table in_lines except table in_tags) union all (table in_tags except table in_lines)) as differing limit 1
"""


def copy(cursor: Any, *, keys: Path | None, values: Path | None) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """The sums that were read into the temporary tables `bill_tag_keys` and `bill_tags`; none without files."""
    copy_file(cursor, keys, table="bill_tag_keys", columns=KEY_COLUMNS)
    copy_file(cursor, values, table="bill_tags", columns=columns("key", "value"), nullable=["value"])


def insert(cursor: Any, load: BillLoad) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Keep the sums of `load` that wait in the temporary tables."""
    left_out_tags.keep(cursor, load)
    cursor.execute(TAG_KEYS, [load.organization_id, load.id, load.billing_period])
    if cursor.rowcount:
        cursor.execute(
            TAGS.format(names=", ".join((*KEYS, *SUMS))),
            [str(uuid4())[:-12], load.organization_id, load.id, load.billing_period],
        )


def difference(cursor: Any, load: BillLoad) -> tuple[str, str] | None:  # noqa: ANN401 - Django's cursor wrapper
    """A key and currency in which what is kept by tag is not what the lines say; None: all is."""
    of = [load.organization_id, load.id]
    cursor.execute(
        DIFFERENCES.format(sums=", ".join(f"sum({name}) as {name}" for name in SUMS)), [*of, *of, load.organization_id]
    )
    found: tuple[str, str] | None = cursor.fetchone()
    return found
