"""What became of a bill that was tried, as plain values: the dearest of each rule, and sums over all. Pure."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from audits.billed import BilledService
from findings.confidence import parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from findings.try_bill import BillFinding, Tried

NOTHING = Decimal(0)
MOST_OF_A_RULE = 100


def told(tried: Tried) -> dict[str, Any]:
    """JSON of it. `totals` and a rule's `sums` are by currency, what is proven apart from what an assumption carries.

    `net` is what a row adds to them: None where its worth is not known, or where it is a whole service, whose
    resources are counted one by one. `points` and `parts` say how sure a row is.
    """
    by_rule = [list(found) for _, found in groupby(sorted(tried.findings, key=_order), key=lambda one: one.rule.id)]
    by_rule.sort(key=lambda found: (bool(found[0].rule.assumes), -sum((one.net or NOTHING for one in found), NOTHING)))
    return {
        "looked_at": dict(tried.looked_at),
        "totals": {
            name: _sums([one for one in tried.findings if bool(one.rule.assumes) is is_assumed])
            for name, is_assumed in (("proven", False), ("assumed", True))
        },
        "has_services": any(isinstance(one.thing, BilledService) for one in tried.findings),
        "rules": [
            {
                "rule_id": found[0].rule.id,
                "count": len(found),
                "sums": _sums(found),
                "rows": [_row(one) for one in found[:MOST_OF_A_RULE]],
            }
            for found in by_rule
        ],
        "unknown": [
            [rule_id, missing, times]
            for (rule_id, missing), times in sorted(tried.unknown.items(), key=lambda one: (one[0][0], -one[1]))
        ],
    }


def _sums(findings: Sequence[BillFinding]) -> dict[str, str]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in findings:
        if one.net is not None:
            sums[one.saving.currency] += one.net
    return {currency: str(amount) for currency, amount in sorted(sums.items())}


def _row(one: BillFinding) -> dict[str, Any]:
    return {
        "resource_id": one.thing.resource_id,
        "account_id": one.thing.account_id,
        "region": one.thing.region,
        "service": one.thing.service_name,
        "because": one.because,
        "currency": one.saving.currency,
        "monthly": None if one.saving.monthly is None else str(one.saving.monthly),
        "net": None if one.net is None else str(one.net),
        "absorbed_by": one.absorbed_by,
        "points": one.confidence.points,
        "parts": parts_of(one.confidence),
    }


def _order(one: BillFinding) -> tuple[str, Decimal, str]:
    return one.rule.id, -(one.saving.monthly or NOTHING), one.thing.resource_id
