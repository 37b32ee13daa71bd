"""A load's charges added up by tag: for each key its dearest values, all others as one. Written with its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audits import left_out_tags
from audits.cost_days import KEYS, SUMS
from audits.left_out_tags import MOST_KEYS

if TYPE_CHECKING:
    from audits.models import BillLoad

# A key like a resource's name has a value for each resource. So many keys, and of each so many values, are kept apart:
# those with the largest costs in any currency. What further values cost is one sum, so the key's total is exact.
MOST_VALUES = 200
LONGEST_KEY = 512  # characters, as many as a provider allows
TEMPORARY = ("bill_tag_pairs", "bill_tag_values", "bill_tag_places", "bill_tag_sets", "bill_tagged")
# The tags of each detail, without those that say nothing.
PAIRS = f"""
create temporary table bill_tag_pairs on commit drop as
select number, key, value from bill_details, jsonb_each_text(tags) as pair (key, value)
 where value <> '' and length(key) between 1 and {LONGEST_KEY}
   and number in (select detail_number from bill_lines where billing_period = %s)
"""
VALUES = f"""
create temporary table bill_tag_values on commit drop as
with details as (select detail_number as number, billing_currency,
                        sum(greatest(abs(billed_cost), abs(effective_cost))) as size
                   from bill_lines where billing_period = %s group by 1, 2),
     sized as (select key, value, billing_currency, sum(size) as size
                 from bill_tag_pairs join details using (number) group by 1, 2, 3),
     keys as (select key, row_number() over (partition by billing_currency order by sum(size) desc, key) as place
                from sized group by key, billing_currency),
     ranked as (select key, value,
                       row_number() over (partition by key, billing_currency order by size desc, value) as place
                  from sized)
select key, value, min(place) <= {MOST_VALUES} as is_kept
  from ranked where key in (select key from keys where place <= {MOST_KEYS}) group by 1, 2
"""
TAG_KEYS = """
insert into audits_costtagkey (id, organization_id, load_id, key, value_count, other_count)
select gen_random_uuid(), %s, %s, key, count(*) filter (where is_kept), count(*) filter (where not is_kept)
  from bill_tag_values group by key
"""
# A place is a row of a key's table: a value, or all that are not kept. Details with the same places are one set, so
# that a key with a value for each resource does not make a sum of each line.
PLACES = """
create temporary table bill_tag_places on commit drop as
select number, kept.id as tag_key_id, case when is_kept then value end as value,
       dense_rank() over (order by kept.id, case when is_kept then value end) as place
  from bill_tag_pairs join bill_tag_values using (key, value) join audits_costtagkey as kept using (key)
 where kept.organization_id = %s and kept.load_id = %s
"""
SETS = """
create temporary table bill_tag_sets on commit drop as
select number, places, dense_rank() over (order by places) as tag_set
  from (select number, array_agg(place order by place) as places from bill_tag_places group by number) as details
"""
# Days are numbered, so that what tags make many of is grouped by numbers instead of by many texts.
TAGGED = """
create temporary table bill_tagged on commit drop as
select dense_rank() over (order by {names}) as day_number, *
  from (select {keys}, tag_set, {sums} from bill_lines join bill_tag_sets on number = detail_number
         where billing_period = %s group by {places}) as tagged
"""
TAGS = """
insert into audits_costtag (id, organization_id, tag_key_id, value, {names})
select gen_random_uuid(), %s, tag_key_id, value, {names}
  from (select day_number, place, {sums}
          from bill_tagged join (select distinct tag_set, places from bill_tag_sets) as sets using (tag_set),
               unnest(places) as place
         group by 1, 2) as sums
  join (select distinct on (day_number) day_number, {keys} from bill_tagged order by day_number) as days
       using (day_number)
  join (select distinct place, tag_key_id, value from bill_tag_places) as places using (place)
"""


def insert(cursor: Any, load: BillLoad) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Add up the lines of `load` that wait in `bill_lines` by the tags that wait in `bill_details`."""
    names, sums = ", ".join(KEYS), ", ".join(f"sum({name}) as {name}" for name in SUMS)
    keys = ", ".join(f"{expression} as {name}" for name, expression in KEYS.items())
    places = ", ".join(str(place) for place in range(1, len(KEYS) + 2))
    cursor.execute(PAIRS, [load.billing_period])
    if not cursor.rowcount:
        cursor.execute("drop table bill_tag_pairs")
        return
    cursor.execute(VALUES, [load.billing_period])
    left_out_tags.keep(cursor, load)
    cursor.execute(TAG_KEYS, [load.organization_id, load.id])
    cursor.execute(PLACES, [load.organization_id, load.id])
    cursor.execute(SETS)
    cursor.execute(TAGGED.format(names=names, keys=keys, sums=sums, places=places), [load.billing_period])
    cursor.execute("analyze bill_tagged")  # or it would be thought to be nearly empty
    cursor.execute(TAGS.format(names=", ".join((*KEYS, *SUMS)), keys=names, sums=sums), [load.organization_id])
    cursor.execute(f"drop table {', '.join(TEMPORARY)}")
