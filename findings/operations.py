"""Judging an audit: what the rules said becomes verdicts, findings that open and close, and the audit's summary.

An account is gone through page by page, so that memory holds one page and the ids of the rest (docs/decisions/0140).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from audits.models import Audit, BillLoad, Step
from connections.models import Connection
from connections.resources import KINDS
from findings import registry, verdict_rows, whole_proofs
from findings.bill_judging import judge_bills, over
from findings.claims import findings_on, without_evidence
from findings.closing import close_gone, end
from findings.confidence import confidence_of
from findings.evaluate import evaluate
from findings.evidence_from_rows import Rates, bills_of, pages_of, sight_of, with_usage
from findings.models import Finding, Verdict
from findings.opinion_rows import keep
from findings.rule import Fine, Unknown, Waste
from findings.summary import summarize
from findings.thresholds import in_force
from findings.verify import verify
from findings.waste_rows import Wasted, net_anew, write_waste
from findings.whole import Whole, nothing_yet
from tenants import activity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from findings.bill_judging import BillWaste, Told
    from findings.evaluate import Judgement
    from findings.evidence_from_rows import Seen, Sight
    from findings.rule import Rule

OF_BILLS = frozenset(rule.id for rule in registry.BILL_RULES)
OUTCOMES = {Waste: Verdict.Outcome.WASTE, Fine: Verdict.Outcome.FINE, Unknown: Verdict.Outcome.UNKNOWN}
Said = tuple["UUID", "Judgement"]  # with the row of its resource


@dataclass(frozen=True, kw_only=True)
class _Judging:
    """One judging of what an audit saw. `may_change` says which rules may open and close findings now."""

    audit: Audit
    at: datetime
    settings: Mapping[str, Mapping[str, Any]]
    may_change: Callable[[Rule], bool]
    sight: Sight
    whole: Whole
    rates: Rates = field(default_factory=Rates)

    @property
    def kept(self) -> list[str]:
        """The rules whose verdicts stay as they are."""
        return [rule.id for rule in registry.RULES if not self.may_change(rule)]


def judge(*, audit: Audit, at: datetime, settings: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Judge everything that `audit` saw, inside the open scope, as one part of the caller's transaction.

    Waste opens, refreshes or reopens a finding; Fine resolves it; Unknown leaves it alone. What was not seen any more
    is resolved where its place was read to the end without a Gap. Judging again gives the same rows. `settings`, by
    rule id and name, are the organisation's newest where none are given. Raises what `findings.evaluate` raises.
    """
    _one_at_a_time(audit.connection_id)
    heard = _judge(audit=audit, at=at, settings=settings, may_change=lambda _: True).heard
    keep(audit=audit, heard=heard)
    _sum_up(audit)


def waiting_for(*, audit: Audit) -> list[UUID]:
    """The other connections whose accounts a bill covers that this audit has loaded: their findings lacked it.

    Call `price_again` for each, in a transaction of its own and with this audit. Who was judged since the bill was
    there had it: in a night of many accounts that is nearly every one.
    """
    loads = BillLoad.objects.filter(
        source__connection_id=audit.connection_id, state=BillLoad.State.LOADED, loaded_at__gte=audit.started_at
    )
    need_none = {audit.connection_id, *_judged_with_bill_of(audit)}
    return [one for one in covered_by(loads) if one not in need_none]


def _judged_with_bill_of(audit: Audit) -> set[UUID]:
    """The connections whose judging began after the audit's bill was loaded, and is done; none where it loaded none."""
    loaded_at = Step.objects.filter(audit=audit, kind=Step.Kind.BILL).values_list("ended_at", flat=True).first()
    if loaded_at is None:
        return set()
    lately = Audit.objects.filter(state=Audit.State.DONE, ended_at__gt=loaded_at)
    judged = Step.objects.filter(audit__in=lately, kind=Step.Kind.JUDGE, state=Step.State.DONE)
    return set(judged.filter(started_at__gt=loaded_at).values_list("connection_id", flat=True))


def covered_by(loads: QuerySet[BillLoad]) -> list[UUID]:
    """The connections whose accounts these loads cover. Call `price_again` for each, in a transaction of its own."""
    accounts = {account_id for covered in loads.values_list("sub_account_ids", flat=True) for account_id in covered}
    connected = Connection.objects.filter(account_id__in=accounts, state=Connection.State.CONNECTED)
    return list(connected.order_by("id").values_list("id", flat=True))


def price_again(
    *,
    connection_id: UUID,
    at: datetime,
    bill_of: Audit | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Verify and price a connection's open findings anew, with bills that came after its latest audit had ended.

    Only what is judged by bills opens and closes: the rest is for the next audit. Where one is under way its own
    judging reads the bills, so nothing is done; nor where one was judged with the bill that the audit `bill_of` loaded,
    which may have been while we waited for our turn. `settings` as `judge` has them.
    """
    _one_at_a_time(connection_id)
    if bill_of is not None and connection_id in _judged_with_bill_of(bill_of):
        return
    audit = Audit.objects.filter(connection_id=connection_id).order_by("-requested_at", "-id").first()
    if audit is None or audit.state != Audit.State.DONE:
        return
    _judge(audit=audit, at=at, settings=settings, may_change=lambda rule: rule.reads_bill)
    _sum_up(audit)


def _sum_up(audit: Audit) -> None:
    audit.summary = {**audit.summary, **summarize(audit=audit)}
    audit.save(update_fields=["summary"])


def _one_at_a_time(connection_id: UUID) -> None:
    """Until the transaction ends nobody else judges or prices this connection, so that no older look overwrites."""
    Connection.objects.select_for_update(no_key=True).get(id=connection_id)


def _judge(
    *,
    audit: Audit,
    at: datetime,
    settings: Mapping[str, Mapping[str, Any]] | None,
    may_change: Callable[[Rule], bool],
) -> Whole:
    """Write verdicts and findings of what a bill alone proves, and of the rules that may open and close findings now;
    those of the other rules that are open are verified and priced anew.
    """
    judging = _Judging(
        audit=audit,
        at=at,
        settings=in_force() if settings is None else settings,
        may_change=may_change,
        sight=sight_of(audit=audit),
        whole=nothing_yet(audit=audit),
    )
    _forget_further(audit.connection_id)
    for page in pages_of(audit=audit, sight=judging.sight, rates=judging.rates):
        _judge_page(judging, page)
    told = _judge_bills(judging)
    gone = close_gone(audit=audit, at=at, sight=judging.sight, seen=judging.whole.rows)
    activity.book_many(actor=activity.RULES, lines=gone, at=at)
    _end_billed(judging, told)  # after what is gone: a bill, too, names that no more
    whole_proofs.complete(judging.whole, rates=judging.rates)
    return judging.whole


def _forget_further(connection_id: UUID) -> None:
    """What is not judged this time says no longer what depends on it: others may count it by then."""
    counting = Finding.objects.filter(connection_id=connection_id, further_monthly_savings__isnull=False)
    counting.update(further_monthly_savings=None, further_currency="")


def _judge_page(judging: _Judging, page: Sequence[Seen]) -> None:
    """Whatever is known of these resources is let go at the end, but for what `Whole` takes in."""
    said = list(_said(page, settings=judging.settings))
    for one in page:
        judging.whole.take_in(one.row_id, one.evidence.thing)
    judging.whole.take_in_judgements(said)
    changing = [one for one in said if judging.may_change(one[1].rule)]
    rows = Verdict.objects.filter(resource_id__in=[one.row_id for one in page])
    verdict_rows.keep(
        rows=rows.exclude(rule_id__in=[*judging.kept, *OF_BILLS]),
        verdicts=(_verdict(*one, judging.audit.connection_id) for one in changing),
    )
    findings = findings_on(one.row_id for one in page)
    is_open = {key for key, finding in findings.items() if finding.state == Finding.State.OPEN}
    fine = {(row_id, one.rule.id) for row_id, one in changing if isinstance(one.verdict, Fine)}
    ended = [findings[key] for key in findings if key in is_open & fine]
    closed = end(audit=judging.audit, at=judging.at, findings=ended, why=Finding.Resolution.NOT_WASTEFUL)
    found = [
        (row_id, one)
        for row_id, one in said
        if isinstance(one.verdict, Waste) and (judging.may_change(one.rule) or (row_id, one.rule.id) in is_open)
    ]
    wasted = {one.key: one for one in _priced(judging, found)}
    opened = write_waste(audit=judging.audit, wasted=wasted, findings=findings, whole=judging.whole)
    activity.book_many(actor=activity.RULES, lines=[*closed, *opened], at=judging.at)


def _said(page: Sequence[Seen], *, settings: Mapping[str, Mapping[str, Any]]) -> Iterable[Said]:
    """Every judgement on a page, with the row of its resource."""
    full = with_usage(page)
    row_ids = {id(one.evidence): one.row_id for one in full}
    for judgement in evaluate([one.evidence for one in full], registry.RULES, settings):
        yield row_ids[id(judgement.evidence)], judgement


def _priced(judging: _Judging, found: Sequence[Said]) -> Iterable[Wasted]:
    """The bill is read for what is wasted only: it prices a finding, it does not make one."""
    bills = bills_of([one.evidence.thing for _, one in found], rates=judging.rates)
    for row_id, one in found:
        judgement = replace(one, evidence=replace(one.evidence, bill=bills.of(one.evidence.thing)))
        verification = verify(judgement)
        confidence = confidence_of(judgement, proofs=verification.proofs, on=judging.at.date())
        yield Wasted(row_id=row_id, judgement=judgement, verification=verification, confidence=confidence)


def _open_findings(judging: _Judging) -> QuerySet[Finding]:
    return Finding.objects.filter(connection_id=judging.audit.connection_id, state=Finding.State.OPEN)


def _judge_bills(judging: _Judging) -> Told:
    """What bills alone prove, after the resources were judged: for the use of what is wasteful nothing is bought."""
    is_open = _open_findings(judging)
    of_bills = is_open.filter(rule_id__in=OF_BILLS)
    told = judge_bills(
        audit=judging.audit,
        names=judging.whole.names,
        sight=judging.sight,
        kept_out=judging.whole.left.kept_out(is_open.values_list("resource_id", flat=True)),
        is_open=frozenset(of_bills.values_list("account_id", "provider_resource_id", "rule_id")),
        tell=lambda waste: _tell(judging, waste),
    )
    _forget_verdicts(judging, told)
    return told


def _end_billed(judging: _Judging, told: Told) -> None:
    """End what the bills do not find any more, and net what is open where that was, or where a bill may not tell."""
    of_bills = without_evidence(_open_findings(judging).filter(rule_id__in=OF_BILLS))
    ended = over(told, findings=of_bills.iterator(chunk_size=verdict_rows.BATCH))
    lines = end(audit=judging.audit, at=judging.at, findings=ended, why=Finding.Resolution.NOT_WASTEFUL)
    net_anew({finding.resource_id for finding in ended} | judging.whole.to_net)
    activity.book_many(actor=activity.RULES, lines=lines, at=judging.at)


def _tell(judging: _Judging, waste: Sequence[BillWaste]) -> None:
    wasted = {
        one.key: Wasted(
            row_id=one.row_id, judgement=one.judgement, verification=one.verification, confidence=one.confidence
        )
        for one in waste
    }
    verdicts = [_verdict(one.row_id, one.judgement, judging.audit.connection_id) for one in wasted.values()]
    verdict_rows.keep(rows=Verdict.objects.filter(id__in=[one.id for one in verdicts]), verdicts=verdicts)
    findings = findings_on({one.row_id for one in waste})
    opened = write_waste(audit=judging.audit, wasted=wasted, findings=findings, whole=judging.whole)
    activity.book_many(actor=activity.RULES, lines=opened, at=judging.at)


def _forget_verdicts(judging: _Judging, told: Told) -> None:
    """Of what no page and no bill has told this time."""
    rows = Verdict.objects.filter(connection_id=judging.audit.connection_id).exclude(rule_id__in=judging.kept)
    of_bills = rows.filter(rule_id__in=OF_BILLS)
    verdict_rows.forget(rows=of_bills, is_told=lambda row_id, rule_id: (row_id, rule_id) in told.keys)
    elsewhere = rows.exclude(rule_id__in=OF_BILLS).exclude(resource__audit=judging.audit, resource__kind__in=KINDS)
    verdict_rows.forget(rows=elsewhere, is_told=lambda row_id, _: row_id in judging.whole.rows)


def _verdict(row_id: UUID, judgement: Judgement, connection_id: UUID) -> Verdict:
    verdict = judgement.verdict
    return Verdict(
        id=uuid5(row_id, judgement.rule.id),
        connection_id=connection_id,
        resource_id=row_id,
        rule_id=judgement.rule.id,
        outcome=OUTCOMES[type(verdict)],
        because=verdict.missing if isinstance(verdict, Unknown) else verdict.because,
    )
