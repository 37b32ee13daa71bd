"""What a perfect audit of the estate would find, written from what the generator did, never from anybody's rules.

No rule is known here: which of them call a resource what, and how much of its cost one saves, the resource says.

A row of `waste`: account, region, kind, resource_id (as billed), native_id, rule_id, verdict, case, trap,
monthly_saving (decimal text, or null where the bill has no line or no figure can be told), commitment_saving (the part
that frees a commitment instead of cash), currency, billed_days.
`billed`: the same of what no listing tells of, so that only the bill can; `resource_id` is what counts there.
`fine`: what a rule must have looked at and found in order. `unknown`: what must be neither. `traps`: everything that
looks like waste and is not, or is worth less than it seems.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import bill, names
from sandbox.aws.estate import billing_periods

if TYPE_CHECKING:
    from sandbox.aws.model import Estate, Item

DAYS_OF_A_MONTH = Decimal("30.4375")
WINDOW_DAYS = 30
CENT = Decimal("0.000001")


def last_days(estate: Estate) -> list[date]:
    """The last complete billed days, 30 at most, no further back than the bill goes.

    The day before `as_of` stands on the bill, but the provider is not done with it.
    """
    first = billing_periods(estate.as_of)[0].date()
    days = [(estate.as_of - timedelta(days=ago)).date() for ago in range(WINDOW_DAYS + 1, 1, -1)]
    return [day for day in days if day >= first]


def saving(estate: Estate, item: Item, rule_id: str) -> dict[str, Any]:
    """What removing (or re-pricing) the resource is worth a month: its effective cost of the window, without
    credits. Of a commitment it is what nobody uses of it, which frees a commitment and no cash.
    """
    days = last_days(estate)
    total = committed = Decimal(0)
    billed: set[date] = set()
    for charge in (one for one in item.charges if item.parts.get(rule_id, "") in one.meter):
        for day in days:
            if charge.first <= day <= charge.last:
                cost = bill.amount(charge, day).effective
                total += cost
                committed += cost if charge.is_covered else 0
                billed.add(day)
    for day in days if "unused_per_day" in item.facts else ():
        if item.facts["first"] <= day <= item.facts["last"]:
            total += item.facts["unused_per_day"]
            committed += item.facts["unused_per_day"]
            billed.add(day)
    fraction = item.saves.get(rule_id, Decimal(1))
    if not billed or fraction is None:
        return {"monthly_saving": None, "commitment_saving": None, "billed_days": len(billed)}
    scale = fraction * DAYS_OF_A_MONTH / len(billed)
    return {
        "monthly_saving": str((total * scale).quantize(CENT)),
        "commitment_saving": str((committed * scale).quantize(CENT)),
        "billed_days": len(billed),
    }


def write(estate: Estate) -> dict[str, Any]:
    """Everything but the totals of the bill, which the export adds as it writes the files."""
    waste: list[dict[str, Any]] = []
    fine: list[dict[str, Any]] = []
    unknown: list[dict[str, Any]] = []
    billed: list[dict[str, Any]] = []
    traps: list[dict[str, Any]] = []
    for item in estate.items:
        row = _row(item)
        waste.extend(
            {
                **row,
                "rule_id": rule_id,
                "verdict": "WASTE",
                "currency": "USD",
                "is_silent": rule_id in item.silent,
                **saving(estate, item, rule_id),
            }
            for rule_id in item.wastes
        )
        fine.extend({**row, "rule_id": rule_id, "verdict": "FINE"} for rule_id in item.fines)
        unknown.extend({**row, "rule_id": rule_id, "verdict": "UNKNOWN"} for rule_id in item.unknowns)
        billed.extend(
            {**row, "rule_id": rule_id, "currency": "USD", **saving(estate, item, rule_id)}
            for rule_id in item.facts.get("billed_wastes", ())
        )
        if item.trap:
            traps.append({**row, "is_in_inventory": item.is_in_inventory, "wastes": list(item.wastes)})
    return {
        "seed": estate.seed,
        "as_of": estate.as_of.isoformat(),
        "waste": waste,
        "fine": fine,
        "unknown": unknown,
        "billed": billed,
        "traps": traps + _bill_traps(estate),
        "unanswered": sorted({(item.account, item.region) for item in estate.items if _is_unanswered(estate, item)}),
        "resources": _counts(estate),
    }


def _is_unanswered(estate: Estate, item: Item) -> bool:
    """Whether CloudWatch fails on its usage, by whichever name its metrics call it."""
    return item.name in estate.unanswered or any(one in item.bill_id for one in estate.unanswered)


def _row(item: Item) -> dict[str, Any]:
    return {
        "account": item.account,
        "region": item.region,
        "kind": item.kind,
        "resource_id": item.bill_id,
        "native_id": item.native_id,
        "case": item.case,
        "trap": item.trap,
    }


def _bill_traps(estate: Estate) -> list[dict[str, Any]]:
    credited = next(item for item in estate.items if item.case == "unassociated")
    traps = [
        ("bill", "a credit names a wasteful address: the saving is its cost before credits", credited.bill_id),
        (
            "bill",
            "credits, refunds, taxes, support, an upfront purchase and corrections name no resource of the inventory",
            "",
        ),
        ("bill", "a part of an earlier run of the export lies beside the parts that the manifest lists", ""),
        ("region", f"{names.REFUSED_BY_ORGANIZATION} is denied by the organisation", ""),
    ]
    return [{"kind": kind, "trap": trap, "resource_id": resource_id} for kind, trap, resource_id in traps]


def _counts(estate: Estate) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in estate.items:
        if item.is_in_inventory:
            counts[item.kind] = counts.get(item.kind, 0) + 1
    return counts
