"""How the provider's advisors write amounts, types and names, for the collectors that read them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Their word for a type, in small letters -> ours. A type that is not here is shown as theirs, beside nothing of ours.
KINDS = {
    "ec2instance": "instance",
    "ebsvolume": "volume",
    "rdsdbinstance": "database",
    "rdsdbinstancestorage": "database",
    "natgateway": "nat_gateway",
}
MICRO = Decimal("0.000001")


def amount(value: float | str | None) -> str | None:
    """An amount as decimal text; None where there is none, or what there is is none."""
    if value is None:
        return None
    try:
        exact = Decimal(str(value).replace("$", "").replace(",", "").strip()).quantize(MICRO)
    except InvalidOperation:  # a word, an infinity, or more digits than money has
        return None
    return f"{exact.normalize():f}" if exact.is_finite() else None


def kind_of(their_type: str) -> str:
    """Our word for a type of theirs; empty where we have none."""
    return KINDS.get(their_type.lower(), "")


def region_of(arn: str, *, otherwise: str) -> str:
    """The region that an ARN names."""
    parts = arn.split(":")
    return parts[3] if arn.startswith("arn:") and len(parts) > 5 and parts[3] else otherwise  # noqa: PLR2004 - an ARN's parts


def last_part(arn: str) -> str:
    """What the resource's own API calls it: the end of its ARN."""
    return arn.replace("/", ":").rpartition(":")[2]


def savings(option: Mapping[str, Any]) -> dict[str, Any]:
    """What an option saves a month before and after discounts, and in which currency, as Compute Optimizer says it."""
    before, after = (
        (option.get(name) or {}).get("estimatedMonthlySavings") or {}
        for name in ("savingsOpportunity", "savingsOpportunityAfterDiscounts")
    )
    return {
        "before_discounts": amount(before.get("value")),
        "after_discounts": amount(after.get("value")),
        "currency": before.get("currency") or after.get("currency") or "",
    }


def days(value: float | None) -> int | None:
    """A window in whole days."""
    return None if value is None else int(value)
