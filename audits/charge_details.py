"""What further describes a charge: FOCUS' other dimensions, its tags, and columns that FOCUS does not know. SQL alone.

They are kept once for each combination that a bill holds, under a number, and a line names the number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.focus_values import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.bill_parts import Shape

TAGS = "Tags"
# FOCUS 1.2, but for what a line has a column of its own for. Unit prices are kept as the text that the bill has.
DIMENSIONS = (
    "AvailabilityZone",
    "BillingAccountName",
    "BillingAccountType",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "ChargeFrequency",
    "CommitmentDiscountCategory",
    "CommitmentDiscountName",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "ContractedUnitPrice",
    "InvoiceIssuerName",
    "ListUnitPrice",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyListUnitPrice",
    "PricingUnit",
    "PublisherName",
    "RegionName",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceSubcategory",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountName",
    "SubAccountType",
)
# What later versions of FOCUS added, and columns of a provider's own, are kept aside under the names they have.
NEWER = (
    "AllocatedMethodDetails",
    "AllocatedMethodId",
    "AllocatedResourceId",
    "AllocatedResourceName",
    "AllocatedTags",
    "ContractApplied",
    "HostProviderName",
    "ServiceProviderName",
)
OWN_PREFIX = "x_"
USAGE_TYPE = "x_UsageType"  # AWS' own, of which a line has a column
KEPT_TYPES = ("VARCHAR", "BOOLEAN", "DATE", "MAP")
# A column with another value in nearly every row would make a line of each row: it is not kept, and the load says so.
MOST_VALUES = 1_000
SAMPLE_ROWS = 50_000
LONGEST_TAGS = 8_192  # characters


def described_by(shape: Shape) -> tuple[str, ...]:
    """The columns of a shape that FOCUS knows and that are kept as details, in order."""
    return tuple(name for name in (*DIMENSIONS, TAGS) if name in shape.types)


def kept_aside(shape: Shape) -> tuple[str, ...]:
    """The columns of a shape that FOCUS 1.2 does not know and whose values are texts."""
    return tuple(
        name
        for name, kind in shape.columns
        if (name in NEWER or (name.startswith(OWN_PREFIX) and name != USAGE_TYPE))
        and kind.startswith(KEPT_TYPES)
        and not kind.endswith("[]")
    )


def distinct_values(names: Sequence[str], source: str) -> str:
    """A query for about how many values each of the columns has in the first rows of `source`."""
    counts = ", ".join(f"approx_count_distinct({quoted(name)})" for name in names)
    return f"select {counts} from (select {', '.join(map(quoted, names))} from {source} limit {SAMPLE_ROWS})"


def as_written(shape: Shape, name: str) -> str:
    """A column as text: null where the file has none, a map as JSON."""
    kind = shape.types.get(name)
    if kind is None:
        return "null::varchar"
    if kind == "VARCHAR":
        return quoted(name)
    return f"cast({f'to_json({quoted(name)})' if kind.startswith('MAP') else quoted(name)} as varchar)"


def numbered(names: Sequence[str]) -> str:
    """A SELECT of each combination of `names` among the lines of `sums`, with a number from 1 on and the tags read."""
    listed = ", ".join(map(quoted, names))
    tags = _tags() if TAGS in names else "null::varchar"
    return (
        f"select cast(row_number() over () as integer) as detail_number, *, {tags} as tags_read "
        f"from (select distinct {listed} from sums where is_line)"
    )


def _tags() -> str:
    """The tags as a JSON object of texts, null where they are none: PostgreSQL must be able to hold every one."""
    tags = quoted(TAGS)
    is_short = f"strlen({tags}) between 2 and {LONGEST_TAGS} and not contains({tags}, '\\u0000')"
    read = f"to_json(try_cast(try_cast({tags} as json) as map(varchar, varchar)))"
    return f"case when {is_short} then cast({read} as varchar) end"


UNREAD_TAGS = f"{quoted(TAGS)} <> '' and tags_read is null"


def as_json(names: Sequence[str]) -> str:
    """SQL for a JSON object of the columns that say something; PostgreSQL drops the others."""
    pairs = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}', nullif({quoted(name)}, '')" for name in names)
    return f"cast(json_object({pairs}) as varchar)" if names else "'{}'"
