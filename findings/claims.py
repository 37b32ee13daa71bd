"""What the open findings of an audit claim of each resource's cost, and what is left of each after overlaps."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.db.models.fields.json import KT

from findings import registry
from findings.models import Finding
from findings.overlaps import Claim, Net, net_savings
from findings.savings import Saving

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from findings.rule import Rule

AMOUNTS = {"monthly", "cash", "frees_commitment", "monthly_cost"}
Key = tuple["UUID", str]


def without_evidence(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """The findings without their evidence, of which only the saving may be needed again: see `saving_of`."""
    return findings.defer("evidence").annotate(frozen_saving=KT("evidence__saving"))


def findings_on(row_ids: Iterable[UUID]) -> dict[Key, Finding]:
    """Every finding on these resources, with what it claims and without its other evidence."""
    rows = without_evidence(Finding.objects.filter(resource_id__in=list(row_ids)))
    return {(finding.resource_id, finding.rule_id): finding for finding in rows}


def nets_of(wasted: Mapping[Key, Claim], findings: Mapping[Key, Finding], *, is_all: bool = False) -> dict[Key, Net]:
    """What is left of each saving after overlaps. A finding that stays open, unjudged, still claims its share.

    Of resources without anything in `wasted` only where `is_all`.
    """
    claims: dict[tuple[UUID, str], list[Claim]] = defaultdict(list)
    for (row_id, _), claim in wasted.items():
        claims[row_id, claim.saving.currency].append(claim)
    for (row_id, rule_id), finding in findings.items():
        rule = _rule(rule_id)
        if rule is None or rule.why_apart:
            continue
        is_kept = finding.state == Finding.State.OPEN and (row_id, rule_id) not in wasted
        if is_kept and (is_all or (row_id, finding.currency) in claims):
            claim = Claim(rule_id=rule_id, stage=rule.stage, saving=saving_of(finding))
            claims[row_id, finding.currency].append(claim)
    return {
        (row_id, rule_id): net
        for (row_id, _), of_resource in claims.items()
        for rule_id, net in net_savings(of_resource).items()
    }


def nothing_of(rule_id: str) -> Net:
    """What a finding adds whose figure stands apart."""
    return Net(rule_id=rule_id, monthly=None, cash=None, frees_commitment=None)


def claimed_by_row(row_ids: Iterable[UUID]) -> dict[tuple[UUID, str], Decimal]:
    """What the open findings of each of these resources count by themselves, by its row and the currency."""
    rows = Finding.objects.filter(resource_id__in=list(row_ids), state=Finding.State.OPEN)
    summed = rows.values("resource_id", "currency").annotate(claimed=Sum("estimated_monthly_savings")).order_by()
    return {(row["resource_id"], row["currency"]): row["claimed"] or Decimal(0) for row in summed}


def saving_of(finding: Finding) -> Saving:
    """What an open finding claims by the evidence that it was judged on."""
    frozen = json.loads(finding.frozen_saving)  # type: ignore[attr-defined] # as `without_evidence` reads it
    amount = {name: None if value is None else Decimal(value) for name, value in frozen.items() if name in AMOUNTS}
    return Saving(
        basis=frozen["basis"],
        currency=finding.currency,
        monthly=amount["monthly"],
        cash=amount["cash"],
        frees_commitment=amount["frees_commitment"],
        monthly_cost=amount["monthly_cost"],
        meters=frozenset(frozen.get("meters", ())),  # evidence of before names none
    )


def _rule(rule_id: str) -> Rule | None:
    try:
        return registry.any_rule(rule_id)
    except registry.UnknownRule:
        return None
