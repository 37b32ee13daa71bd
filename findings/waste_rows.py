"""What was judged wasteful becomes findings: opened, refreshed or reopened, priced, and frozen with their evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from findings import registry
from findings.changes import change_of, state_of
from findings.claims import Key, findings_on, nets_of, nothing_of
from findings.cost_since import began_on, costs_since
from findings.frozen import freeze, hash_of, rests_on
from findings.models import Finding
from findings.overlaps import Claim
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from audits.models import Audit
    from findings.confidence import Confidence
    from findings.evaluate import Judgement
    from findings.overlaps import Net
    from findings.verify import Verification
    from findings.whole import Whole
    from tenants import activity

AT_ONCE = 500  # findings whose frozen evidence is in memory together
MICRO_UNITS = 1_000_000
KEPT = {"evidence", "id", "organization", "connection", "resource", "rule_id", "first_seen_at"}
KEEP_EVIDENCE = """
update findings_finding set evidence = kept.evidence
  from jsonb_to_recordset(%s::jsonb) as kept (id uuid, evidence jsonb)
 where findings_finding.organization_id = %s and findings_finding.id = kept.id
"""
NET_FIELDS = (
    "estimated_monthly_savings",
    "absorbed_by",
    "cash_monthly_savings",
    "freed_commitment_monthly",
    "savings_sort",
)


@dataclass(frozen=True, kw_only=True)
class Wasted:
    """A judgement of Waste with the row of its resource, its price and how sure it is."""

    row_id: UUID
    judgement: Judgement
    verification: Verification
    confidence: Confidence

    @property
    def key(self) -> Key:
        """A resource has one finding of a rule."""
        return self.row_id, self.judgement.rule.id


def write_waste(
    *, audit: Audit, wasted: Mapping[Key, Wasted], findings: Mapping[Key, Finding], whole: Whole
) -> list[activity.Line]:
    """Open, refresh or reopen the finding of everything wasteful, and net what else is open on the same resources.

    `findings` are all on these resources. Returns what has changed, for the trail.
    """
    claims = {
        key: Claim(rule_id=key[1], stage=one.judgement.rule.stage, saving=one.verification.saving)
        for key, one in wasted.items()
        if not one.judgement.rule.why_apart
    }
    nets = nets_of(claims, findings)
    written, changed = [], []
    for key, one in wasted.items():
        finding = findings.get(key) or Finding(
            connection_id=audit.connection_id,
            resource_id=one.row_id,
            rule_id=one.judgement.rule.id,
            first_seen_at=one.judgement.evidence.thing.observed_at,
        )
        old = state_of(finding)
        _open(finding, audit=audit, judgement=one.judgement)
        _describe(finding, judgement=one.judgement)
        net = nets.get(key) or nothing_of(key[1])
        _price(finding, verification=one.verification, net=net, apart=one.judgement.rule.why_apart)
        finding.further_monthly_savings, finding.further_currency = None, ""
        finding.confidence_points = one.confidence.points
        whole.take_in_finding(finding, one.judgement, saving=one.verification.saving, net=net)
        written.append(finding)
        if old != finding.state:
            changed.append(change_of(finding, old=old, new=finding.state, audit_id=audit.id))
    found = list(wasted.values())
    _price_since(written, found)
    for start in range(0, len(found), AT_ONCE):
        _write(written[start : start + AT_ONCE], found[start : start + AT_ONCE], audit=audit)
    kept = nets.keys() - wasted.keys()
    # One of a bill's rule may end yet, and then with what it counted until now.
    waiting = {key for key in kept if registry.is_bill_rule(key[1])}
    whole.to_net.update(row_id for row_id, _ in waiting)
    _keep_nets({key: findings[key] for key in kept - waiting}, nets)
    return changed


def net_anew(row_ids: Iterable[UUID]) -> None:
    """Net what is open on these resources, once it is known what stays open."""
    wanted = list(row_ids)
    for start in range(0, len(wanted), AT_ONCE):
        findings = findings_on(wanted[start : start + AT_ONCE])
        nets = nets_of({}, findings, is_all=True)
        _keep_nets({key: findings[key] for key in nets}, nets)


def _keep_nets(findings: Mapping[Key, Finding], nets: Mapping[Key, Net]) -> None:
    for key, finding in findings.items():
        _net(finding, nets[key])
    Finding.objects.bulk_update(findings.values(), NET_FIELDS, batch_size=AT_ONCE)


def _write(findings: Sequence[Finding], wasted: Sequence[Wasted], *, audit: Audit) -> None:
    """Write findings with their evidence: that as one document, for as a column it would take longer than the rest."""
    rows = []
    for finding, one in zip(findings, wasted, strict=True):
        frozen = freeze(
            judgement=one.judgement, verification=one.verification, confidence=one.confidence, audit_id=audit.id
        )
        finding.evidence, finding.evidence_hash = {}, hash_of(frozen)
        finding.rests_from, finding.rests_until = rests_on(frozen)
        rows.append({"id": str(finding.id), "evidence": frozen})
    fields = [field.name for field in Finding._meta.concrete_fields if field.name not in KEPT]  # noqa: SLF001 - Django's own way to name columns
    Finding.objects.bulk_create(
        findings, update_conflicts=True, unique_fields=["organization", "id"], update_fields=fields
    )
    with connection.cursor() as cursor:
        cursor.execute(KEEP_EVIDENCE, [json.dumps(rows), scope.current()])


def _open(finding: Finding, *, audit: Audit, judgement: Judgement) -> None:
    """Open it, again where it was resolved: then it is as old as its new beginning, and counted as reopened."""
    was_resolved = finding.state == Finding.State.RESOLVED
    if finding.opened_audit_id is None or was_resolved:
        finding.opened_at, finding.opened_audit = judgement.evidence.thing.observed_at, audit
    finding.reopened_count += was_resolved
    finding.state, finding.resolution, finding.resolved_at = Finding.State.OPEN, "", None
    finding.audit, finding.last_seen_at = audit, judgement.evidence.thing.observed_at


def _describe(finding: Finding, *, judgement: Judgement) -> None:
    rule, thing = judgement.rule, judgement.evidence.thing
    finding.because = getattr(judgement.verdict, "because", "")
    finding.account_id, finding.region = thing.account_id, thing.region
    finding.resource_name, finding.provider_resource_id = thing.name, thing.resource_id
    finding.action, finding.action_type = rule.action, rule.action_type
    finding.implementation_effort = rule.implementation_effort
    finding.restart_needed, finding.rollback_possible = rule.restart_needed, rule.rollback_possible
    finding.lookback_period_days = rule.days(judgement.settings)


def _price(finding: Finding, *, verification: Verification, net: Net, apart: str) -> None:
    saving = verification.saving
    finding.apart = apart if saving.monthly is not None else ""  # what has no figure is in no total as it is
    finding.confidence, finding.currency = verification.confidence, saving.currency
    finding.gross_monthly_savings, finding.price_source = saving.monthly, saving.price_source[:255]
    _net(finding, net)


def _net(finding: Finding, net: Net) -> None:
    finding.estimated_monthly_savings, finding.absorbed_by = net.monthly, net.absorbed_by
    finding.cash_monthly_savings, finding.freed_commitment_monthly = net.cash, net.frees_commitment
    finding.savings_sort = -1 if net.monthly is None else int(net.monthly * MICRO_UNITS)


def _price_since(findings: list[Finding], wasted: list[Wasted]) -> None:
    for finding, one in zip(findings, wasted, strict=True):
        finding.cost_since_date = began_on(one.judgement, first_seen=finding.first_seen_at.date())
    costs = costs_since(
        (one.judgement.evidence.thing, finding.currency, finding.cost_since_date)
        for finding, one in zip(findings, wasted, strict=True)
    )
    for finding, cost in zip(findings, costs, strict=True):
        finding.cost_since = cost
