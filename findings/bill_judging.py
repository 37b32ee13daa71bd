"""The rules that need a bill alone, on the bills of a connection: what an audit does not see, told in the same list.

A resource that the audit has read keeps its row, so that what is found of it both ways is set off against each other;
a rule on it that knows the same from more than the bill has the word. What no audit reads gets a row of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from audits.billed import Billed, BilledCommitment, BilledResource, BilledService
from audits.models import Gap, Resource
from audits.things import from_data
from connections.bill_ids import bill_ids
from connections.resources import KINDS
from findings import registry
from findings.confidence import confidence_of
from findings.connected_bills import (
    CLOSED_DAYS,
    LOOKED_AT_DAYS,
    TooManyLines,
    billed_things,
    commitments_of_bill,
    names_on_bills,
    own_bills,
    require_few,
)
from findings.evaluate import evaluate
from findings.rule import Unknown, Waste, counted
from findings.seen_commitments import compute_plans, newest_purchase
from findings.steady_use import WINDOW_DAYS, SteadyUse, SteadyUses
from findings.try_bill import evidence_of, saving_of
from findings.verify import (
    AGREES,
    ENOUGH_DAYS,
    ESTIMATED,
    LATE_DAYS,
    MATCHED,
    STALE_DAYS,
    UNKNOWN,
    Proof,
    Verification,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence
    from datetime import datetime

    from audits.models import Audit
    from findings.claims import Key
    from findings.confidence import Confidence
    from findings.connected_bills import OwnBills
    from findings.evaluate import Judgement
    from findings.evidence_from_rows import Sight
    from findings.models import Finding
    from findings.rule import Rule
    from findings.seen_names import Name, Names, Own

LONGEST_ID = 512
AT_ONCE = 500  # findings whose charges are in memory together


@dataclass(frozen=True, kw_only=True)
class BillWaste:
    """What a bill alone proves of one thing on it, with the row that its finding hangs on."""

    row_id: UUID
    judgement: Judgement
    verification: Verification
    confidence: Confidence

    @property
    def key(self) -> Key:
        """As of any finding: its row and rule."""
        return self.row_id, self.judgement.rule.id


@dataclass(kw_only=True)
class Told:
    """What became of a connection's bills: the waste, what could not be told of what is open, and whose bill was read.

    `waste` and the `rows` that it needs and no audit has made go on to `tell`, so many at a time, and `keys` stay.
    `elsewhere` are the accounts of which another connection tells, or whose bill has ended. `left_alone` is what a gap
    hides from the audit. `unadvised` are accounts for
    which nobody can tell what there is to buy for. `is_open` names the findings of rules on bills, of which alone it
    matters that a bill cannot tell: of most things on it some rule cannot.
    """

    tell: Callable[[Sequence[BillWaste]], None]
    waste: list[BillWaste] = field(default_factory=list)
    keys: set[Key] = field(default_factory=set)
    unknown: set[tuple[str, str, str]] = field(default_factory=set)
    left_alone: set[Name] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    rows: dict[UUID, Resource] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    unadvised: set[str] = field(default_factory=set)
    is_open: frozenset[tuple[str, str, str]] = frozenset()

    def pass_on(self, *, at_least: int = 1) -> None:
        """Pass on the waste that is held, where it is so much."""
        if len(self.waste) >= at_least:
            _write(self.rows.values())
            self.tell(self.waste)
            self.keys.update(one.key for one in self.waste)
            self.waste, self.rows = [], {}

    def is_over(self, finding: Finding) -> bool:
        """Whether an open finding of a bill's rule, which is not wasteful any more, was looked at and is in order."""
        name = (finding.account_id, finding.provider_resource_id)
        if finding.account_id in self.elsewhere:
            return True
        if finding.account_id in self.unadvised and registry.bill_rule(finding.rule_id).looks_at is SteadyUse:
            return False
        is_open = name in self.left_alone or (*name, finding.rule_id) in self.unknown
        return finding.account_id in self.accounts and not is_open


def over(billed: Told, *, findings: Iterable[Finding]) -> list[Finding]:
    """Those of the open `findings` of rules on bills that end: in order again, named no more, or told by another rule
    by now.
    """
    return [
        finding
        for finding in findings
        if (finding.resource_id, finding.rule_id) not in billed.keys and billed.is_over(finding)
    ]


def judge_bills(
    *,
    audit: Audit,
    names: Names,
    sight: Sight,
    kept_out: Container[UUID],
    is_open: frozenset[tuple[str, str, str]],
    tell: Callable[[Sequence[BillWaste]], None],
) -> Told:
    """Every rule on bills over the bills of the audit's connection; writes the rows that their findings need.

    `kept_out` are the rows of resources for whose use nothing is to be bought; nor is it for what no audit has read.
    `is_open` names the open findings of rules on bills: account, the provider's id and rule.
    """
    bills = own_bills(audit.connection, on=audit.requested_at.date())
    told = Told(tell=tell, elsewhere=set(bills.ended), is_open=is_open)
    unseen = _unseen(audit, sight)
    steady = SteadyUses(compute_plans=compute_plans())
    for thing in _things(audit, bills, names):
        told.pass_on(at_least=AT_ONCE)
        told.accounts.add(thing.account_id)
        name = (thing.account_id, thing.resource_id)
        own = _own(thing, names)
        lately = replace(thing, until=thing.until - timedelta(days=LATE_DAYS))
        if not _may_advise(lately, is_hidden=own is None and unseen.get(name, False), at=audit.requested_at):
            told.unadvised.add(thing.account_id)
        if own is None and name in unseen:
            told.left_alone |= {name} if unseen[name] else set()
            continue
        is_wasted = _judge(told, thing, audit=audit, own=own)
        if isinstance(lately, BilledResource):
            _take_in(steady, lately, own=own, has_finding=is_wasted or (own is not None and own.row_id in kept_out))
    _advise(told, steady, audit=audit, bills=bills)
    told.pass_on()
    return told


def _things(audit: Audit, bills: OwnBills, names: Names) -> Iterator[Billed]:
    """What stands on the bills; a gap, and nothing, where that is too much."""
    try:
        require_few(bills)
    except TooManyLines as error:
        step = audit.steps.order_by("kind").last()  # the judging's own, where the audit has one
        if step is not None:
            Gap.objects.get_or_create(
                audit=audit,
                step=step,
                account_id=step.account_id,
                service=Billed.SERVICE,
                action="judging of the bill",
                reason="CAPPED",
                defaults={"message": str(error)},
            )
        return
    yield from _merged(billed_things(bills), names, twice=_named_twice(bills, names) if names else ())


def _named_twice(bills: OwnBills, names: Names) -> frozenset[UUID]:
    """The rows of what the bills name in two ways, by short id and by ARN."""
    found = Counter(own.row_id for name in names_on_bills(bills) if (own := names.called(name)) is not None)
    return frozenset(row_id for row_id, count in found.items() if count > 1)


def _merged(things: Iterable[Billed], names: Names, *, twice: Container[UUID]) -> Iterator[Billed]:
    """The things, one for each that stands on the bill under two names: at the end, with the charges of both."""
    held: dict[UUID, Billed] = {}
    for thing in things:
        own = names.called((thing.account_id, thing.resource_id)) if isinstance(thing, BilledResource) else None
        if own is None or own.row_id not in twice:
            yield thing
        elif (other := held.get(own.row_id)) is not None:
            charges = sorted((*other.charges, *thing.charges), key=lambda line: line.charge_date)
            held[own.row_id] = replace(other, charges=tuple(charges))
        else:
            held[own.row_id] = thing
    yield from held.values()


def _may_advise(thing: Billed, *, is_hidden: bool, at: datetime) -> bool:
    """Whether what is bought for its account can be told beside it. `thing` ends before the days that may grow yet."""
    if thing.known_days < WINDOW_DAYS or at.date() - thing.until > timedelta(days=LATE_DAYS + STALE_DAYS):
        return False
    if not isinstance(thing, BilledResource):
        return True
    return not (SteadyUses.is_untold(thing) or (is_hidden and SteadyUses.is_by_hour(thing)))


def _advise(told: Told, steady: SteadyUses, *, audit: Audit, bills: OwnBills) -> None:
    """What to buy for, where it can be told; of none while the bill does not show the newest purchase."""
    if not steady.is_anything:
        return
    newest = newest_purchase(at=audit.requested_at)
    for use in steady.uses(commitments_of_bill(bills)):
        if newest > use.until - timedelta(days=WINDOW_DAYS):
            told.unadvised.add(use.account_id)
        if use.account_id not in told.unadvised:
            _judge(told, use, audit=audit, own=None)


def _take_in(steady: SteadyUses, thing: BilledResource, *, own: Own | None, has_finding: bool) -> None:
    if own is None:
        steady.learn(thing)  # nobody has looked whether it is of any use
    else:
        steady.add(thing, has_finding=has_finding)


def _judge(told: Told, thing: Billed, *, audit: Audit, own: Own | None) -> bool:
    """What the rules say of one thing on the bill. Whether any of them finds it wasteful."""
    name, is_wasted = (thing.account_id, thing.resource_id), False
    for judgement in evaluate([evidence_of(thing)], _rules_on(thing, own), {}):
        if isinstance(judgement.verdict, Unknown):
            told.unknown |= {(*name, judgement.rule.id)} & told.is_open
        elif isinstance(judgement.verdict, Waste) and len(_row_name(audit, thing)) <= LONGEST_ID:
            is_wasted = True
            row_id = own.row_id if own is not None else _row(told, audit, thing)
            told.waste.append(_waste(judgement, judgement.verdict, row_id, own=own, at=audit.requested_at))
    return is_wasted


def _rules_on(thing: Billed, own: Own | None) -> tuple[Rule, ...]:
    """Those that look at it, less those whose word a rule on the resource itself has."""
    rules = (rule for rule in registry.BILL_RULES if rule.looks_at is type(thing))
    return tuple(
        rule
        for rule in rules
        if own is None or not any(registry.rule(one).looks_at is own.kind for one in rule.told_by)
    )


def _own(thing: Billed, names: Names) -> Own | None:
    """What the audit has seen of a thing on the bill."""
    if isinstance(thing, BilledService):
        return None
    if isinstance(thing, BilledCommitment):
        return names.commitment(thing.resource_id)
    return names.called((thing.account_id, thing.resource_id))


def _unseen(audit: Audit, sight: Sight) -> dict[Name, bool]:
    """What an earlier audit saw and this one did not, with whether a gap may hide it. What is gone stays on the bill
    for as long as that lags behind.
    """
    since = audit.requested_at - timedelta(
        days=LOOKED_AT_DAYS + CLOSED_DAYS
    )  # the first day of any bill that is judged
    rows = Resource.objects.filter(connection_id=audit.connection_id, kind__in=KINDS, last_seen_at__gte=since)
    rows = rows.exclude(audit=audit)
    found: dict[Name, bool] = {}
    for kind, data in rows.values_list("kind", "data").iterator(chunk_size=AT_ONCE):
        thing = from_data(kind, data)
        is_hidden = not sight.shows_gone(kind=kind, service=thing.SERVICE, region=thing.region)
        found |= {(thing.account_id, name): is_hidden for name in bill_ids(thing)}
    return found


def _row(told: Told, audit: Audit, thing: Billed) -> UUID:
    """The row of what no audit reads. Its region is of no name but a use's: which one a resource's charges tell may
    change from night to night.
    """
    name, region = _row_name(audit, thing), thing.region if isinstance(thing, SteadyUse) else ""
    row_id = uuid5(audit.connection_id, f"{thing.KIND} {region} {name}")
    told.rows[row_id] = Resource(
        id=row_id,
        connection_id=audit.connection_id,
        audit=audit,
        kind=thing.KIND,
        service=thing.SERVICE,
        resource_id=name,
        account_id=thing.account_id,
        region=region,
        data={"provider_name": thing.provider_name, "service_name": thing.service_name},
        first_seen_at=audit.requested_at,
        last_seen_at=audit.requested_at,
    )
    return row_id


def _row_name(audit: Audit, thing: Billed) -> str:
    """Unique among the accounts of a bill: two of them may name a resource alike."""
    if isinstance(thing, BilledCommitment) or thing.account_id == audit.connection.account_id:
        return thing.resource_id
    return f"{thing.resource_id} in {thing.account_id}"


def _write(rows: Iterable[Resource]) -> None:
    Resource.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organization", "connection", "kind", "region", "resource_id"],
        update_fields=["audit", "last_seen_at", "data"],
    )


def _waste(judgement: Judgement, verdict: Waste, row_id: UUID, *, own: Own | None, at: datetime) -> BillWaste:
    """Its charges stay with the judgement as the bill's lines alone: the thing would name them a second time."""
    thing = judgement.evidence.thing
    verification = _verification(judgement, verdict, own)
    confidence = confidence_of(judgement, proofs=(), on=judgement.evidence.usage.until)
    bare = replace(thing, observed_at=at, charges=()) if isinstance(thing, Billed) else thing
    if isinstance(bare, BilledService):
        bare = replace(bare, meters=(), account=(), bill=(), region="")
    evidence = replace(judgement.evidence, thing=bare)
    return BillWaste(
        row_id=row_id,
        judgement=replace(judgement, evidence=evidence),
        verification=verification,
        confidence=confidence,
    )


def _verification(judgement: Judgement, verdict: Waste, own: Own | None) -> Verification:
    """Never verified: a bill alone tells neither the state nor the usage."""
    saving = saving_of(judgement, verdict)
    confidence = UNKNOWN if saving.monthly is None else ESTIMATED
    return Verification(confidence=confidence, proofs=tuple(_proofs(judgement, own)), saving=saving)


def _proofs(judgement: Judgement, own: Own | None) -> Iterator[Proof]:
    bill = judgement.evidence.bill
    if own is None:
        yield Proof(source="inventory", holds=None, sentence="No audit has read it: the bill alone tells of it.")
    else:
        yield Proof(source="inventory", holds=True, sentence=f"Seen at {own.observed_at:%Y-%m-%d %H:%M} UTC.")
    if bill.billed_from is not None and bill.billed_until is not None:
        days = (bill.billed_until - bill.billed_from).days
        yield Proof(
            source="bill",
            holds=days >= ENOUGH_DAYS,
            sentence=f"Found on the bill: {counted(days, 'complete day')} to {bill.billed_until - timedelta(days=1)} "
            f"{'was' if days == 1 else 'were'} read.",
            about=MATCHED,
        )
    if judgement.rule.assumes:
        sentence = f"No bill proves what is assumed: {judgement.rule.assumes}."
        yield Proof(source="bill", holds=None, sentence=sentence, about=AGREES)
