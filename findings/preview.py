"""What stored evidence of each connection's latest audit says under two settings of one rule. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from findings import registry
from findings.claims import saving_of, without_evidence
from findings.effects import Seen
from findings.evaluate import evaluate
from findings.evidence_from_rows import Rates, bills_of, pages_of, sight_of, with_usage
from findings.models import Finding
from findings.overlaps import Claim
from findings.prices import table
from findings.rule import Waste
from findings.savings import monthly_saving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from audits.models import Audit
    from findings.evaluate import Judgement
    from findings.evidence_from_rows import Bills
    from findings.evidence_from_rows import Seen as Known
    from findings.rule import Rule
    from findings.savings import Saving


def both_ways(*, audit: Audit, rule: Rule, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Seen]:
    """Every resource of the rule's kind that the audit saw, or one that is under way has seen since.

    Raises what `findings.evaluate` raises.
    """
    rates = Rates()
    for page in pages_of(audit=audit, sight=sight_of(audit=audit), rates=rates, kind=rule.looks_at.KIND):
        found = _open_findings(audit.connection_id, row_ids=[one.row_id for one in page])
        yield from _both_ways(with_usage(page), rule=rule, before=before, after=after, found=found, rates=rates)


def _both_ways(
    seen: Sequence[Known],
    *,
    rule: Rule,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    found: Mapping[UUID, Mapping[str, Finding]],
    rates: Rates,
) -> Iterator[Seen]:
    evidences = [one.evidence for one in seen]
    old = list(evaluate(evidences, [rule], {rule.id: before}, is_preview=True))
    new = list(evaluate(evidences, [rule], {rule.id: after}, is_preview=True))
    pairs = zip(seen, old, new, strict=True)
    wasted = (one.evidence.thing for one, *judged in pairs if any(isinstance(said.verdict, Waste) for said in judged))
    bills = bills_of(wasted, rates=rates)
    for one, said, would_say in zip(seen, old, new, strict=True):
        on_it = found.get(one.row_id, {})
        own = on_it.get(rule.id)
        yield Seen(
            rule=rule,
            thing=one.evidence.thing,
            before=said.verdict,
            after=would_say.verdict,
            saving_before=_saving(said, bills),
            saving_after=_saving(would_say, bills),
            open_saving=None if own is None else saving_of(own),
            others=tuple(_claims(on_it, but=rule.id)),
            finding_id="" if own is None else str(own.id),
        )


def _saving(judgement: Judgement, bills: Bills) -> Saving | None:
    verdict, evidence = judgement.verdict, judgement.evidence
    if not isinstance(verdict, Waste):
        return None
    billed = replace(evidence, bill=bills.of(evidence.thing))
    return monthly_saving(saves=verdict.saves, evidence=billed, listed=table(judgement.rule.cloud))


def _open_findings(connection_id: UUID, *, row_ids: Sequence[UUID]) -> dict[UUID, dict[str, Finding]]:
    """By resource and rule, those of the connection on these resources."""
    is_open = Finding.objects.filter(connection_id=connection_id, state=Finding.State.OPEN, resource_id__in=row_ids)
    found: dict[UUID, dict[str, Finding]] = defaultdict(dict)
    for finding in without_evidence(is_open):
        found[finding.resource_id][finding.rule_id] = finding
    return found


def _claims(findings: Mapping[str, Finding], *, but: str) -> Iterator[Claim]:
    for rule_id, finding in findings.items():
        rule = registry.RULES_BY_ID.get(rule_id)
        if rule is not None and rule_id != but:
            yield Claim(rule_id=rule_id, stage=rule.stage, saving=saving_of(finding))
