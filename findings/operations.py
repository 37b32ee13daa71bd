"""Judging an audit: what the rules said becomes verdicts, findings that open and close, and the audit's summary."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from django.db import connection

from audits.models import Audit, BillLoad
from connections.models import Connection
from findings import registry, verdict_rows
from findings.bill_judging import judge_bills, over
from findings.changes import change_of, state_of
from findings.claims import Key, claimed_by_row, nets_of, nothing_of, without_evidence
from findings.closing import close, end
from findings.confidence import confidence_of
from findings.cost_since import began_on, costs_since
from findings.dependents import Dependents, Further, frees_dependents, further_of, priced
from findings.evaluate import evaluate
from findings.evidence_from_rows import bills_of, seen_by, sight_of, with_usage
from findings.frozen import freeze, hash_of, rests_on
from findings.left_to_buy_for import not_worth_a_commitment
from findings.models import Finding, Verdict
from findings.opinion_rows import heard_of, keep
from findings.opinions import beside
from findings.overlaps import Claim
from findings.rule import Fine, Unknown, Waste
from findings.summary import summarize
from findings.thresholds import in_force
from findings.verify import verify
from tenants import activity, scope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from django.db.models import QuerySet

    from findings.bill_judging import BillWaste
    from findings.confidence import Confidence
    from findings.dependents import Priced
    from findings.evaluate import Judgement
    from findings.evidence_from_rows import Seen, Sight
    from findings.opinion_rows import Heard
    from findings.overlaps import Net
    from findings.rule import Rule
    from findings.verify import Verification

BATCH = 2000
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
OUTCOMES = {Waste: Verdict.Outcome.WASTE, Fine: Verdict.Outcome.FINE, Unknown: Verdict.Outcome.UNKNOWN}


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """A judgement with the row of its resource and, where it is waste, its price and how sure it is."""

    row_id: UUID
    judgement: Judgement
    verification: Verification | None = None
    confidence: Confidence | None = None
    dependents: tuple[Priced, ...] = ()

    @property
    def key(self) -> Key:
        """A resource has one finding of a rule."""
        return self.row_id, self.judgement.rule.id


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What an audit saw, what the rules say of it, and the connection's findings as they stand."""

    sight: Sight
    seen: list[Seen]
    judged: list[_Judged]
    heard: Heard
    findings: Mapping[Key, Finding]


def judge(*, audit: Audit, at: datetime, settings: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Judge everything that `audit` saw, inside the open scope, as one part of the caller's transaction.

    Waste opens, refreshes or reopens a finding; Fine resolves it; Unknown leaves it alone. What was not seen any more
    is resolved where its place was read to the end without a Gap. Judging again gives the same rows. `settings`, by
    rule id and name, are the organisation's newest where none are given. Raises what `findings.evaluate` raises.
    """
    _one_at_a_time(audit.connection_id)
    look = _look(audit=audit, at=at, settings=settings)
    _tell(audit=audit, at=at, look=look, may_change=lambda _: True)
    keep(audit=audit, heard=look.heard, judgements=((one.row_id, one.judgement) for one in look.judged))
    _sum_up(audit)


def waiting_for(*, audit: Audit) -> list[UUID]:
    """The other connections whose accounts a bill covers that this audit has loaded: their findings lacked it.

    Call `price_again` for each, in a transaction of its own.
    """
    loads = BillLoad.objects.filter(
        source__connection_id=audit.connection_id, state=BillLoad.State.LOADED, loaded_at__gte=audit.started_at
    )
    return [one for one in covered_by(loads) if one != audit.connection_id]


def covered_by(loads: QuerySet[BillLoad]) -> list[UUID]:
    """The connections whose accounts these loads cover. Call `price_again` for each, in a transaction of its own."""
    accounts = {account_id for covered in loads.values_list("sub_account_ids", flat=True) for account_id in covered}
    connected = Connection.objects.filter(account_id__in=accounts, state=Connection.State.CONNECTED)
    return list(connected.order_by("id").values_list("id", flat=True))


def price_again(*, connection_id: UUID, at: datetime, settings: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Verify and price a connection's open findings anew, with bills that came after its latest audit had ended.

    Only what is judged by bills opens and closes: the rest is for the next audit. Where one is under way its own
    judging reads the bills, so nothing is done. `settings` as `judge` has them.
    """
    _one_at_a_time(connection_id)
    audit = Audit.objects.filter(connection_id=connection_id).order_by("-requested_at", "-id").first()
    if audit is None or audit.state != Audit.State.DONE:
        return
    look = _look(audit=audit, at=at, settings=settings)
    _tell(audit=audit, at=at, look=look, may_change=lambda rule: rule.reads_bill)
    _sum_up(audit)


def _sum_up(audit: Audit) -> None:
    audit.summary = {**audit.summary, **summarize(audit=audit)}
    audit.save(update_fields=["summary"])


def _look(*, audit: Audit, at: datetime, settings: Mapping[str, Mapping[str, Any]] | None) -> _Look:
    sight = sight_of(audit=audit)
    seen = seen_by(audit=audit, sight=sight)
    heard = heard_of(audit=audit, seen=seen)
    said = _said(seen, settings=in_force() if settings is None else settings, spoken_of=heard.on)
    return _Look(
        sight=sight, seen=seen, judged=_judged(seen, said, at=at), heard=heard, findings=_findings(audit=audit)
    )


def _tell(*, audit: Audit, at: datetime, look: _Look, may_change: Callable[[Rule], bool]) -> None:
    """Write verdicts and findings of what a bill alone proves, and of the rules that may open and close findings now;
    those of the other rules that are open are verified and priced anew.
    """
    changing = [one for one in look.judged if may_change(one.judgement.rule)]
    kept_out = not_worth_a_commitment(
        ((one.row_id, one.judgement) for one in look.judged), look.findings, seen=look.seen, may_close=may_change
    )
    billed = judge_bills(audit=audit, seen=look.seen, sight=look.sight, kept_out=kept_out, findings=look.findings)
    of_bill = [_of_bill(one) for one in billed.waste]
    kept = [rule.id for rule in registry.RULES if not may_change(rule)]
    verdicts = (_verdict(one, audit.connection_id) for one in (*changing, *of_bill))
    verdict_rows.keep(connection_id=audit.connection_id, verdicts=verdicts, but_not=kept)
    fine = [one.key for one in changing if isinstance(one.judgement.verdict, Fine)]
    closed = close(audit=audit, at=at, sight=look.sight, fine=fine, findings=look.findings)
    is_open = {key for key, finding in look.findings.items() if finding.state == Finding.State.OPEN}
    opening = {one.key for one in (*changing, *of_bill)}
    found = (one for one in (*look.judged, *of_bill) if one.verification is not None)
    wasted = {one.key: one for one in found if one.key in opening or one.key in is_open}
    ended = over(billed, wasted=wasted, findings=look.findings)
    closed += end(audit=audit, at=at, findings=ended, why=Finding.Resolution.NOT_WASTEFUL)
    opened = _write_waste(audit=audit, wasted=wasted, findings=look.findings, heard=look.heard)
    activity.book_many(actor=activity.RULES, lines=[*closed, *opened], at=at)


def _one_at_a_time(connection_id: UUID) -> None:
    """Until the transaction ends nobody else judges or prices this connection, so that no older look overwrites."""
    Connection.objects.select_for_update(no_key=True).get(id=connection_id)


def _findings(*, audit: Audit) -> dict[Key, Finding]:
    rows = without_evidence(Finding.objects.filter(connection_id=audit.connection_id))
    return {(finding.resource_id, finding.rule_id): finding for finding in rows}


def _said(
    seen: Sequence[Seen], *, settings: Mapping[str, Mapping[str, Any]], spoken_of: Collection[UUID]
) -> list[tuple[UUID, Judgement]]:
    """Every judgement, with the row of its resource. Usage is most of what is known of a resource, so it is read for so
    many at a time, and stays with what is wasted and with what an advisor speaks of.
    """
    judgements = []
    for start in range(0, len(seen), BATCH):
        some = seen[start : start + BATCH]
        page = with_usage(some)
        bare = {id(full.evidence): one for one, full in zip(some, page, strict=True)}
        for judgement in evaluate([one.evidence for one in page], registry.RULES, settings):
            one = bare[id(judgement.evidence)]
            is_told = isinstance(judgement.verdict, Waste) or one.row_id in spoken_of
            judgements.append((one.row_id, judgement if is_told else replace(judgement, evidence=one.evidence)))
    return judgements


def _judged(seen: Sequence[Seen], said: Sequence[tuple[UUID, Judgement]], *, at: datetime) -> list[_Judged]:
    """Every verdict. The bill is read for what is wasted only: it prices a finding, it does not make one."""
    around = Dependents((one.row_id, one.evidence.thing) for one in seen)
    depending = {id(one): around.of(one.evidence.thing) for _, one in said if frees_dependents(one)}
    wasted = [one.evidence.thing for _, one in said if isinstance(one.verdict, Waste)]
    bills = bills_of([*wasted, *(one.thing for found in depending.values() for one in found)])
    judged = []
    for row_id, judgement in said:
        verification, confidence = None, None
        dependents = priced(depending.get(id(judgement), ()), bill_of=bills.of)
        if isinstance(judgement.verdict, Waste):
            evidence = replace(judgement.evidence, bill=bills.of(judgement.evidence.thing))
            judgement = replace(judgement, evidence=evidence)  # noqa: PLW2901 - the same judgement, with its bill
            verification = verify(judgement)
            confidence = confidence_of(judgement, proofs=verification.proofs, on=at.date())
        judged.append(
            _Judged(
                row_id=row_id,
                judgement=judgement,
                verification=verification,
                confidence=confidence,
                dependents=dependents,
            )
        )
    return judged


def _verdict(one: _Judged, connection_id: UUID) -> Verdict:
    return Verdict(
        id=uuid5(one.row_id, one.judgement.rule.id),
        connection_id=connection_id,
        resource_id=one.row_id,
        rule_id=one.judgement.rule.id,
        outcome=OUTCOMES[type(one.judgement.verdict)],
        because=_because(one.judgement),
    )


def _because(judgement: Judgement) -> str:
    verdict = judgement.verdict
    return verdict.missing if isinstance(verdict, Unknown) else verdict.because


def _write_waste(
    *, audit: Audit, wasted: Mapping[Key, _Judged], findings: Mapping[Key, Finding], heard: Heard
) -> list[activity.Line]:
    """Open, refresh or reopen the finding of everything wasteful, and net what else is open on the same resource.

    Returns what has changed, for the trail.
    """
    claims = {
        key: Claim(rule_id=key[1], stage=one.judgement.rule.stage, saving=one.verification.saving)
        for key, one in wasted.items()
        if one.verification is not None and not one.judgement.rule.why_apart
    }
    nets = nets_of(claims, findings)
    claimed = claimed_by_row(nets, claims, findings)
    written, changed, frozen = [], [], {}
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
        if one.verification is not None and one.confidence is not None:
            net = nets.get(key) or nothing_of(key[1])
            further = _further(one, net=net, claimed=claimed)
            _price(finding, verification=one.verification, net=net, apart=one.judgement.rule.why_apart)
            finding.further_monthly_savings, finding.further_currency = further.monthly, further.currency
            finding.confidence_points = one.confidence.points
            said = beside(heard.on.get(key[0], ()), judgement=one.judgement, saving=one.verification.saving, net=net)
            frozen[finding.id] = freeze(
                judgement=one.judgement, verification=one.verification, confidence=one.confidence, further=further,
                audit_id=audit.id, opinions=said,
            )  # fmt: skip
            finding.evidence, finding.evidence_hash = {}, hash_of(frozen[finding.id])
            finding.rests_from, finding.rests_until = rests_on(frozen[finding.id])
        written.append(finding)
        if old != finding.state:
            changed.append(change_of(finding, old=old, new=finding.state, audit_id=audit.id))
    _price_since(written, list(wasted.values()))
    fields = [field.name for field in Finding._meta.concrete_fields if field.name not in KEPT]  # noqa: SLF001 - Django's own way to name columns
    Finding.objects.bulk_create(
        written,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["organization", "id"],
        update_fields=fields,
    )
    _keep_evidence(frozen)
    kept = [findings[key] for key in nets.keys() - wasted.keys()]
    for finding in kept:
        _net(finding, nets[finding.resource_id, finding.rule_id])
    Finding.objects.bulk_update(kept, NET_FIELDS, batch_size=BATCH)
    _forget_further([finding for key, finding in findings.items() if key not in wasted])
    return changed


def _forget_further(findings: Iterable[Finding]) -> None:
    """What was not judged this time says no longer what depends on it: others may count it by now."""
    stale = [finding.id for finding in findings if finding.further_monthly_savings is not None]
    Finding.objects.filter(id__in=stale).update(further_monthly_savings=None, further_currency="")


def _keep_evidence(frozen: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Write the evidence as one document a batch: as a column of the rows it would take longer than all the rest."""
    rows = [{"id": str(finding_id), "evidence": evidence} for finding_id, evidence in frozen.items()]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            cursor.execute(KEEP_EVIDENCE, [json.dumps(rows[start : start + BATCH]), scope.current()])


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
    finding.because = _because(judgement)
    finding.account_id, finding.region = thing.account_id, thing.region
    finding.resource_name, finding.provider_resource_id = thing.name, thing.resource_id
    finding.action, finding.action_type = rule.action, rule.action_type
    finding.implementation_effort = rule.implementation_effort
    finding.restart_needed, finding.rollback_possible = rule.restart_needed, rule.rollback_possible
    finding.lookback_period_days = rule.days(judgement.settings)


def _price(finding: Finding, *, verification: Verification, net: Net, apart: str) -> None:
    saving = verification.saving
    finding.apart = apart
    finding.confidence, finding.currency = verification.confidence, saving.currency
    finding.gross_monthly_savings, finding.price_source = saving.monthly, saving.price_source[:255]
    _net(finding, net)


def _net(finding: Finding, net: Net) -> None:
    finding.estimated_monthly_savings, finding.absorbed_by = net.monthly, net.absorbed_by
    finding.cash_monthly_savings, finding.freed_commitment_monthly = net.cash, net.frees_commitment
    finding.savings_sort = -1 if net.monthly is None else int(net.monthly * MICRO_UNITS)


def _price_since(findings: list[Finding], wasted: list[_Judged]) -> None:
    for finding, one in zip(findings, wasted, strict=True):
        finding.cost_since_date = began_on(one.judgement, first_seen=finding.first_seen_at.date())
    costs = costs_since(
        (one.judgement.evidence.thing, finding.currency, finding.cost_since_date)
        for finding, one in zip(findings, wasted, strict=True)
    )
    for finding, cost in zip(findings, costs, strict=True):
        finding.cost_since = cost


def _further(one: _Judged, *, net: Net, claimed: Mapping[tuple[UUID, str], Decimal]) -> Further:
    """What its dependents add; nothing where another finding on the same resource holds its saving."""
    if one.verification is None or net.absorbed_by:
        return Further()
    return further_of(one.dependents, currency=one.verification.saving.currency, claimed=claimed)


def _of_bill(one: BillWaste) -> _Judged:
    return _Judged(row_id=one.row_id, judgement=one.judgement, verification=one.verification, confidence=one.confidence)
