"""A load's charges for usage added up by day, region, meter and unit: what a unit has cost. Written with its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audits.copied import copy_file

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import BillLoad

# Each with its SQL over a line, as the reader of bills takes it. A commitment's price is not that of one thing more, a
# correction is of another month, and what says no quantity has no price. A description varies with the price tier; it
# only matters where the file has no usage type.
KEYS = {
    "charge_date": "charge_date",
    "region_id": "region_id",
    "usage_type": "usage_type",
    "charge_description": "case when usage_type = '' then charge_description else '' end",
    "consumed_unit": "consumed_unit",
    "billing_currency": "billing_currency",
}
SUMS = ("effective_cost", "consumed_quantity")
COUNTED = (
    "charge_category = 'Usage' and charge_class <> 'Correction' and commitment_discount_id = '' "
    "and effective_cost > 0 and consumed_quantity > 0"
)
NAMES = ", ".join((*KEYS, *SUMS))
VALUES = ", ".join((*KEYS.values(), *(f"sum({name})" for name in SUMS)))
PLACES = ", ".join(KEYS.values())
# The same for sums with more digits than a decimal has: what stands before the point and after it, each added up.
WIDE_SUM = (
    "cast(sum(cast(trunc({name}) as decimal(38, 0))) + cast(trunc(sum({name} % 1)) as decimal(38, 0)) as varchar)"
    " || substr(cast(sum({name} % 1) % 1 as varchar), 2)"
)
WIDE_VALUES = ", ".join((*KEYS.values(), *(WIDE_SUM.format(name=name) for name in SUMS)))
# The same of the lines that are written, and where the two differ. `bill_written` holds the lines' sums.
OF_LINES = ", ".join(f"sum({name}) filter (where {COUNTED}) as rated_{name}" for name in SUMS)
DIFFERENCES = f"""
with of_lines as (select billing_currency, {", ".join(f"sum(rated_{name})" for name in SUMS)} from bill_written
                   where rated_effective_cost is not null group by 1),
     kept as (select billing_currency, {", ".join(f"sum({name})" for name in SUMS)} from audits_costrate
               where organization_id = %s and load_id = %s group by 1)
select billing_currency
  from ((table of_lines except table kept) union all (table kept except table of_lines)) as differing limit 1
"""
COLUMNS = {
    "billing_period": "date",
    **dict.fromkeys(KEYS, "text"),
    "charge_date": "date",
    **dict.fromkeys(SUMS, "numeric"),
}


def copy(cursor: Any, file: Path) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """The sums that were read into the temporary table `bill_rates`."""
    copy_file(cursor, file, table="bill_rates", columns=COLUMNS)


def insert(cursor: Any, load: BillLoad) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Keep the sums of `load` that wait in the temporary table `bill_rates`."""
    cursor.execute(
        f"insert into audits_costrate (id, organization_id, load_id, {NAMES}) "
        f"select gen_random_uuid(), %s, %s, {NAMES} from bill_rates where billing_period = %s",
        [load.organization_id, load.id, load.billing_period],
    )


def difference(cursor: Any, load: BillLoad) -> str | None:  # noqa: ANN401 - Django's cursor wrapper
    """A currency in which what is kept by meter is not what the lines say; None: all is."""
    cursor.execute(DIFFERENCES, [load.organization_id, load.id])
    found = cursor.fetchone()
    return found[0] if found else None
