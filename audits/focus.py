"""FOCUS rows to cost lines, exactly: the columns, the SQL that sums them, and what makes a row refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits.bill_format import ALIKE
from audits.charge_details import as_written as as_detail
from audits.focus_values import (
    DIGITS,
    NOTHING,
    SCALE,
    is_exact,
    moment,
    number,
    plain_text,
    quoted,
    says_nothing,
    text,
    text_as_written,
    with_shorts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from audits.bill_parts import Shape
    from audits.bill_sums import KindSum
    from audits.quarantine import BadRow

QUANTITY_SCALE = 18  # a quantity is no money: it is rounded to this many digits after the point
WIDE_SCALE = 6  # and a sum of them to so many, where it is too long else
COSTS = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
REQUIRED = (
    "BilledCost",
    "BillingAccountId",
    "BillingCurrency",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "ListCost",
    "ServiceName",
)
# Our text column, and the columns that may fill it, the first that has a value: FOCUS 1.3 renamed the provider.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "billing_account_id": ("BillingAccountId",),
    "sub_account_id": ("SubAccountId",),
    "provider_name": ("ProviderName", "ServiceProviderName", "PublisherName", "InvoiceIssuerName"),
    "service_name": ("ServiceName",),
    "region_id": ("RegionId",),
    "resource_id": ("ResourceId",),
    "charge_category": ("ChargeCategory",),
    "charge_class": ("ChargeClass",),
    "charge_description": ("ChargeDescription",),
    "sku_id": ("SkuId",),
    "usage_type": ("x_UsageType", "SkuMeter"),
    "pricing_category": ("PricingCategory",),
    "commitment_discount_id": ("CommitmentDiscountId",),
    "commitment_discount_status": ("CommitmentDiscountStatus",),
    "consumed_unit": ("ConsumedUnit",),
    "billing_currency": ("BillingCurrency",),
    "invoice_id": ("InvoiceId",),
}
COST_FIELDS = dict(zip(COSTS, ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), strict=True))
QUANTITIES = {
    "consumed_quantity": "ConsumedQuantity",
    "pricing_quantity": "PricingQuantity",
    "commitment_discount_quantity": "CommitmentDiscountQuantity",
}
NUMBERS = {**COST_FIELDS, **QUANTITIES}
TIMES = {
    "billing_period_start": "BillingPeriodStart",
    "charge_period_start": "ChargePeriodStart",
    "charge_period_end": "ChargePeriodEnd",
}
SCALES = {**dict.fromkeys(COSTS, SCALE), **dict.fromkeys(QUANTITIES, QUANTITY_SCALE)}
NEVER_EMPTY = ("BilledCost", "EffectiveCost", "BillingCurrency", "ChargeCategory", *TIMES.values())
FALLIBLE = tuple(dict.fromkeys((*NEVER_EMPTY, *NUMBERS.values())))
LINE_COLUMNS = ("billing_period", "charge_date", "charge_days", *TEXTS, *NUMBERS, "row_count")
WRITTEN_COLUMNS = (*LINE_COLUMNS, "detail_number")  # of audits.charge_details
COUNTS = ("row_count", "own_rows", "bad_rows", "rows_without_cost")
OWN_ROW = "is_own_row"  # false for a row that was made besides the file's own
SOURCES = (*(name for names in TEXTS.values() for name in names), *NUMBERS.values(), *TIMES.values(), OWN_ROW, ALIKE)
FIRST_MOMENT, LAST_MOMENT = "2000-01-01", "2100-01-01"  # a date outside of them is a slip, or infinity
LONGEST_ID = 2000  # bytes; an index entry of PostgreSQL holds no more than 2,700
IS_TOO_LONG = f"strlen(resource_id) + strlen(sub_account_id) > {LONGEST_ID}"


@dataclass(frozen=True, kw_only=True)
class PeriodSums:
    """What the files hold for one billing period, summed apart from the lines. Costs by currency, never added.

    `notes` says in sentences what the files lack. `services` is (account, service, currency, billed cost), empty where
    there are too many to keep. `left_out` are bad rows of the period, and those of which nobody can tell the period.
    """

    billing_period: date
    row_count: int
    line_count: int
    totals: Mapping[str, Mapping[str, Decimal]]
    invoice_totals: Mapping[str, Mapping[str, Decimal]]
    billing_account_ids: tuple[str, ...]
    sub_account_ids: tuple[str, ...]
    first_usage_date: date | None = None
    last_usage_date: date | None = None
    rows_without_cost: int = 0
    notes: tuple[str, ...] = ()
    left_out: tuple[BadRow, ...] = ()
    kinds: tuple[KindSum, ...] = ()
    services: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What the files hold: their format, rows by part, in the order given, and each billing period, oldest first.

    `copies` are parts that hold the same as one before them, by number, and that one's number. They are not counted.
    `contents` is a digest of each part's text, unpacked; None where it has none, or nobody asked.
    """

    rows_by_part: tuple[int, ...]
    copies: Mapping[int, int] = field(default_factory=dict)
    contents: tuple[str | None, ...] = ()
    bill_format: str = "focus"
    periods: tuple[PeriodSums, ...] = field(default=())
    left_out: tuple[BadRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with a row: a condition over the read row, in words, and what to do.

    `value` is SQL for what stands there.
    """

    field: str
    condition: str
    text: str
    remedy: str
    value: str = ""


def problems(*, period: date | None, details: Sequence[str] = ()) -> tuple[Problem, ...]:
    """All that makes a row bad, most telling first. With `period`, rows of another one are a problem too."""
    found = [
        *(
            Problem(field=name, condition=_is_null(name), text="is empty", remedy="Export the period anew.")
            for name in NEVER_EMPTY
        ),
        *(
            Problem(
                field=name,
                condition=f"{column} is null and not {_is_null(name)}",
                text="is no date",
                remedy="Write it like 2026-10-31T00:00:00Z.",
            )
            for column, name in TIMES.items()
        ),
        *(
            Problem(
                field=name,
                condition=_is_out_of_time(column),
                text=f"is no date from {FIRST_MOMENT} to {LAST_MOMENT}",
                remedy="Write the date that is meant.",
            )
            for column, name in TIMES.items()
        ),
        *(
            Problem(
                field=name,
                condition=f"{column} is null and not {_is_null(name)}",
                text=f"is no number of at most {DIGITS - SCALES[column]} digits before the point",
                remedy="Write it plainly, like 1234.5678: a point, no thousands separators, no currency sign.",
            )
            for column, name in NUMBERS.items()
        ),
        *(
            Problem(
                field=name,
                condition=f"not {column}_is_exact",
                text=f"has more than {SCALE} digits after the point, which cannot be kept exactly",
                remedy="Export it with fewer digits.",
            )
            for column, name in COST_FIELDS.items()
        ),
        *_text_problems(details),
    ]
    if period is not None:
        found.append(
            Problem(
                field="BillingPeriodStart",
                condition=f"cast(billing_period_start as date) <> date '{period.isoformat()}'",
                text=f"is not of the billing period {period.isoformat()}, which this file is said to hold",
                remedy="Put the file among those of its own period.",
            )
        )
    return tuple(found)


def _text_problems(details: Sequence[str]) -> tuple[Problem, ...]:
    """What PostgreSQL could not hold."""
    texts = [(column, names[0]) for column, names in TEXTS.items()] + [(quoted(name), name) for name in details]
    return (
        *(
            Problem(
                field=name,
                condition=f"contains({column}, chr(0))",
                text="holds the character NUL",
                remedy="Export the period anew.",
                value=column,
            )
            for column, name in texts
        ),
        Problem(
            field=TEXTS["resource_id"][0],
            condition=IS_TOO_LONG,
            text=f"is with its account more than {LONGEST_ID:,} bytes long, which is all that can be held",
            remedy="Export the period anew, with no column shifted.",
            value="resource_id",
        ),
    )


def has_bad_text(details: Sequence[str]) -> str:
    """Whether a line has a text that PostgreSQL could not hold."""
    return " or ".join(f"({one.condition})" for one in _text_problems(details))


def rows_of(shape: Shape, source: str, *, has_values: bool = False, details: Sequence[str] = ()) -> str:
    """A SELECT of one shape's rows under our names. `source` is a table function that also gives `filename`.

    Texts come as they are written, so that a column that Parquet holds as a dictionary is grouped by it; `tidied` says
    later, of far fewer rows, what counts as nothing. With `has_values` that is done here, the values that can be wrong
    stand beside, as text, to be shown, and `source` gives `row_number`. `details` are further columns to be kept.
    """
    beside = ("filename", "row_number") if has_values else ("filename",)
    as_text = text if has_values else text_as_written
    columns = [*beside, *(f"{as_text(shape, names)} as {column}" for column, names in TEXTS.items())]
    columns += [f"{as_detail(shape, name)} as {quoted(name)}" for name in details]
    for name in FALLIBLE:
        columns.append(f"{says_nothing(shape, name)} as {_is_null(name)}")
        if has_values:
            columns.append(f"{plain_text(shape, name)} as {_value(name)}")
    for column, name in NUMBERS.items():
        columns.append(f"{number(shape, name, SCALES[column])} as {column}")
    for column, name in COST_FIELDS.items():
        columns.append(f"{is_exact(shape, name)} as {column}_is_exact")
    columns += [f"{moment(shape, name)} as {column}" for column, name in TIMES.items()]
    columns.append(f"{OWN_ROW if OWN_ROW in shape.types else 'true'} as {OWN_ROW}")
    columns.append(f"{ALIKE if ALIKE in shape.types else '1'} as {ALIKE}")
    return f"select {', '.join(columns)} from {with_shorts(shape, source, columns=(*SOURCES, *details), beside=beside)}"


def summed(rows: str, *, period: date | None, details: Sequence[str] = (), quantity_scale: int = QUANTITY_SCALE) -> str:
    """One reading of all rows, summed twice: to lines (`is_line`), and to tallies by part, period, currency, invoice.

    The tallies are not made from the lines, so that one can be held against the other.
    """
    sums = [f"coalesce(sum({column}), 0) as {column}" for column in COSTS]
    # Storage in byte-seconds adds up to more than 20 digits within a month.
    sums += [f"sum(cast({column} as decimal({DIGITS},{quantity_scale}))) as {column}" for column in QUANTITIES]
    keys = (*TEXTS, *map(quoted, details))
    texts = [f"coalesce({column}, '') as {column}" for column in keys]
    return f"""
        select grouping(charge_date) = 0 as is_line,
               filename, billing_period, charge_date, charge_days, {", ".join(texts)},
               {", ".join(sums)},
               {_count("true")} as row_count, {_count(OWN_ROW)} as own_rows, {_count("is_bad")} as bad_rows,
               {_count("list_cost is null or contracted_cost is null")} as rows_without_cost
          from (select *, cast(billing_period_start as date) as billing_period,
                       cast(charge_period_start as date) as charge_date,
                       greatest(1, (date_diff('hour', charge_period_start, charge_period_end) + 23) // 24)
                           as charge_days,
                       {_is_bad(period)} as is_bad
                  from ({rows}))
         group by grouping sets (
               (billing_period, charge_date, charge_days, {", ".join(keys)}),
               (filename, billing_period, billing_currency, invoice_id))"""


def _count(condition: str) -> str:
    """SQL for how many rows of the files the condition holds for."""
    return f"cast(coalesce(sum(case when {condition} then {ALIKE} end), 0) as bigint)"


def untidiness(*, details: Sequence[str] = ()) -> str:
    """Whether any row of `summed` says nothing by NOTHING, and whether lines differ in how they say nothing alone.

    The second is told by counting: lines that are the same have the same hash. It may be true without cause, no more.
    """
    keys = (*TEXTS, *map(quoted, details))
    apart = ", ".join(("billing_period", "charge_date", "charge_days", *map(_tidy, keys)))
    return f"""
        select coalesce(bool_or({NOTHING} in ({", ".join(keys)})), false),
               count(distinct hash({apart})) filter (is_line) < count_if(is_line)
          from summed"""


def tidied(*, details: Sequence[str] = (), is_summed: bool) -> str:
    """A SELECT of `summed` in which what says nothing is empty; `is_summed`: rows that are then the same are one."""
    keys = (*TEXTS, *map(quoted, details))
    texts = [f"{_tidy(column)} as {column}" for column in keys]
    if not is_summed:
        return f"select * replace ({', '.join(texts)}) from summed"
    sums = ", ".join(f"sum({column}) as {column}" for column in (*NUMBERS, *COUNTS))
    return f"""
        select is_line, filename, billing_period, charge_date, charge_days, {", ".join(texts)}, {sums}
          from summed group by all"""


def _tidy(column: str) -> str:
    return f"case when {column} = {NOTHING} then '' else {column} end"


def judged(rows: str, *, period: date | None, details: Sequence[str] = ()) -> str:
    """A SELECT of `rows` with values, which of `problems` each has, null for none, and the value as written."""
    found = problems(period=period, details=details)
    which = " ".join(f"when {one.condition} then {number}" for number, one in enumerate(found))
    value = " ".join(f"when {number} then {one.value or _value(one.field)}" for number, one in enumerate(found))
    return f"select *, case problem {value} end as value from (select *, case {which} end as problem from ({rows}))"


def is_readable(column: str) -> str:
    """Whether a cost of a row with values can be read to its last digit; one that may be empty can be, as nothing."""
    name = COST_FIELDS[column]
    empty = "" if name in NEVER_EMPTY else f" or {_is_null(name)}"
    return f"(({column} is not null and {column}_is_exact){empty})"


def day_of(column: str) -> str:
    """The day of a moment as text, null where it is none that may stand in a bill."""
    return f"case when not ({_is_out_of_time(column)}) then cast(cast({column} as date) as varchar) end"


def _is_bad(period: date | None) -> str:
    """Whether a row has any of `problems`, in fewer comparisons: what is not empty and not read was not readable."""
    needed = ("billed_cost", "effective_cost", *TIMES)
    optional = [column for column in NUMBERS if column not in needed]
    conditions = [
        *(f"{column} is null" for column in needed),
        *(f"({column} is null and not {_is_null(NUMBERS[column])})" for column in optional),
        *(_is_null(name) for name in NEVER_EMPTY if name not in {*NUMBERS.values(), *TIMES.values()}),
        *(f"not {column}_is_exact" for column in COSTS),
        *(_is_out_of_time(column) for column in TIMES),
    ]
    if period is not None:
        conditions.append(f"cast(billing_period_start as date) <> date '{period.isoformat()}'")
    return f"coalesce({' or '.join(conditions)}, true)"


def _is_out_of_time(column: str) -> str:
    return f"{column} not between timestamp '{FIRST_MOMENT}' and timestamp '{LAST_MOMENT}'"


def _is_null(name: str) -> str:
    return f'"{name} is null"'


def _value(name: str) -> str:
    return f'"{name} as written"'
