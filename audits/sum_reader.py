"""Adds up the lines of a bill that is being read, by day, meter and tag, beside the lines. The child only.

What is added up is told in `audits.cost_days`, `audits.cost_rates` and `audits.cost_tags`, which keep it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from audits import cost_rates
from audits.charge_details import TAGS
from audits.cost_days import KEYS, SUMS
from audits.focus_process import DAY_SUMS, RATE_SUMS, TAG_KEYS, TAG_SUMS

if TYPE_CHECKING:
    from pathlib import Path

    from audits.detail_reader import DetailReader

LONGEST_KEY = 512  # characters, as many as a provider allows
NAMES = ", ".join(KEYS)
ADDED = ", ".join(f"sum({name}) as {name}" for name in SUMS)
# Days are numbered, so that what tags make many of is grouped by numbers instead of by many texts.
DAYS = f"""
create temp table day_sums as
select row_number() over () as day_number, *
  from (select billing_period, {NAMES}, {ADDED} from line_sums group by all)
"""
# The tags of each detail, without those that say nothing.
PAIRS = f"""
create temp table tag_pairs as
select detail_number, pair.key as key, pair.value as value
  from (select detail_number, unnest(map_entries(cast(cast(tags_read as json) as map(varchar, varchar)))) as pair
          from details where tags_read is not null)
 where pair.value <> '' and length(pair.key) between 1 and {LONGEST_KEY}
"""
# A size ranks alone, so it may lose digits after the point to have room before it.
VALUES = """
create temp table tag_values as
with sizes as (select billing_period, detail_number, billing_currency,
                      sum(cast(greatest(abs(billed_cost), abs(effective_cost)) as decimal(38, 6))) as size
                 from line_sums group by all),
     sized as (select billing_period, key, value, billing_currency, sum(size) as size
                 from tag_pairs join sizes using (detail_number) group by all),
     keys as (select billing_period, key,
                     row_number() over (partition by billing_period, billing_currency
                                            order by sum(size) desc, key) as place
                from sized group by billing_period, billing_currency, key),
     ranked as (select billing_period, key, value,
                       row_number() over (partition by billing_period, key, billing_currency
                                              order by size desc, value) as place
                  from sized)
select billing_period, key, value, min(place) <= {most_values} as is_kept
  from ranked semi join (from keys where place <= {most_keys}) using (billing_period, key) group by all
"""
# A place is a row of a key's table: a value, or all that are not kept.
PLACES = """
create temp table tag_places as
select row_number() over () as place, *
  from (select distinct billing_period, key, case when is_kept then value end as value from tag_values)
"""
PLACED = """
create temp table placed as
select tag_values.billing_period, detail_number, place
  from tag_pairs join tag_values using (key, value)
  join tag_places as places
    on places.billing_period = tag_values.billing_period and places.key = tag_values.key
   and places.value is not distinct from case when is_kept then tag_values.value end
"""
TAGGED = f"""
create temp table tag_sums as
select day_number, place, {ADDED}
  from (select day_number, detail_number, billing_period, {", ".join(f"line_sums.{name}" for name in SUMS)}
          from line_sums join day_sums using (billing_period, {NAMES}))
  join placed using (billing_period, detail_number)
 group by all
"""
RATES = (
    f"select billing_period, {{values}} from sums where is_line and {cost_rates.COUNTED} "
    f"group by billing_period, {cost_rates.PLACES}"
)
WRITTEN = {
    DAY_SUMS: f"select billing_period, {', '.join((*KEYS, *SUMS))} from day_sums",
    # Keys that are left out are named, without counts.
    TAG_KEYS: (
        "select billing_period, key, count(*) filter (is_kept), count(*) filter (not is_kept) "
        "from tag_values group by all union all "
        "select distinct billing_period, key, null, null from tag_pairs join line_sums using (detail_number) "
        "anti join tag_values using (billing_period, key)"
    ),
    TAG_SUMS: (
        f"select billing_period, key, value, {NAMES}, {', '.join(f'tag_sums.{name}' for name in SUMS)} "
        "from tag_sums join day_sums using (day_number) join tag_places using (billing_period, place)"
    ),
}


def write(
    database: duckdb.DuckDBPyConnection, details: DetailReader, folder: Path, *, most_keys: int, most_values: int
) -> None:
    """Add up the lines of `sums` into files of `folder`: DAY_SUMS, RATE_SUMS and, with tags, TAG_KEYS and TAG_SUMS."""
    keys = ", ".join(f"{expression} as {name}" for name, expression in KEYS.items())
    database.execute(
        f"create temp table line_sums as select billing_period, detail_number, {keys}, {ADDED} "
        f"from {details.numbered_lines()} group by all"
    )
    database.execute(DAYS)
    _copy(database, folder, DAY_SUMS)
    _copy_rates(database, folder)
    if TAGS not in details.names:
        return
    database.execute(PAIRS)
    database.execute(VALUES.format(most_keys=int(most_keys), most_values=int(most_values)))
    for statement in (PLACES, PLACED, TAGGED):
        database.execute(statement)
    _copy(database, folder, TAG_KEYS)
    _copy(database, folder, TAG_SUMS)


def _copy_rates(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """A day's byte-seconds of a region may have more digits than any line's: then exactly all the same, and slower."""
    try:
        _write(database, folder / RATE_SUMS, RATES.format(values=cost_rates.VALUES))
    except duckdb.OutOfRangeException:
        _write(database, folder / RATE_SUMS, RATES.format(values=cost_rates.WIDE_VALUES))


def _copy(database: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    _write(database, folder / name, WRITTEN[name])


def _write(database: duckdb.DuckDBPyConnection, file: Path, rows: str) -> None:
    database.execute(
        f"copy ({rows}) to '{file}' (format csv, header false, delimiter ',', quote '\"', escape '\"', nullstr '')"
    )
