"""How an audit moves from step to step. Every change is made under the audit's lock and fenced by the step's claim."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F

from audits.booking import CalledFor, book_calls
from audits.models import Audit, Gap, Step
from audits.planning import CALLED, Plan
from connections import confirmations
from connections.models import Connection
from connections.provider import GapFound
from tenants.wake import wake_scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from audits.planning import Planned
    from connections.provider import CallCount, Collected, Record

MOST_FAILURES = 3  # an error of ours: tried again, then given up
MOST_ATTEMPTS = 6  # taken and never finished: it kills its worker
BACKOFF_SECONDS = (5, 30)
BILL_AHEAD = dt.timedelta(hours=1)  # what is due goes by when it became so: a bill before all that may wait for it
LOOK_AGAIN_SECONDS = 60  # a running audit is looked at again, should the last word of a step be lost
ENDED = (Step.State.DONE, Step.State.FAILED, Step.State.NOT_CALLED)
STOPPED_MESSAGE = "The audit was stopped."


class NoLongerOurs(Exception):
    """The step's claim was taken over meanwhile. Let the transaction roll back: whoever took over writes instead."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A step to be: what is looked at where, and when it is due; None for at once."""

    kind: Step.Kind
    account_id: str
    region: str = ""
    service: str = ""
    planned: Planned = CALLED
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What is known before an audit's first step: whether it may begin, and which regions there are to look at."""

    digest: str = ""  # of the credential that was tried
    account_id: str = ""  # that answered
    refusal: str = ""
    regions: tuple[str, ...] = ()
    gaps: tuple[GapFound, ...] = ()
    calls: tuple[CallCount, ...] = ()
    records: Mapping[str, Record] = field(default_factory=dict)  # what AWS Config tells, by region


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a step ended, and what stands beside its results: gaps and calls."""

    state: Step.State
    message: str = ""
    resource_count: int = 0
    gaps: Iterable[GapFound] = field(default=())
    calls: Iterable[CallCount] = field(default=())


def outcome_of(collected: Collected) -> Outcome:
    """How a step ended that read what it should, gaps or not."""
    return Outcome(
        state=Step.State.DONE,
        message=" ".join(collected.notes),
        resource_count=len(collected.resources),
        gaps=collected.gaps,
        calls=collected.calls,
    )


def lock_audit(*, audit_id: UUID) -> Audit:
    """The audit, locked until the transaction ends. Always locked before its steps and before its connection, so that
    nobody waits in a ring. Not its key: who takes a step, and locks nothing, has that looked at when it commits.
    """
    return Audit.objects.select_for_update(no_key=True).get(id=audit_id)


def is_wanted(*, audit_id: UUID, state: Audit.State = Audit.State.RUNNING) -> bool:
    """Whether work on this audit should go on: nobody asked to stop, and the connection is in use.

    One whose access was submitted anew is not, until that has been tried: the running audit would use it untried.
    `state` is the one that the audit is in while the work is done: REQUESTED while it begins.
    """
    return Audit.objects.filter(
        id=audit_id,
        state=state,
        stop_requested_at=None,
        connection__state=Connection.State.CONNECTED,
    ).exists()


def begin(*, audit: Audit, survey: Survey, parts: Iterable[Part], at: datetime) -> None:
    """Start a claimed audit: every part becomes a step, due now unless it waits or is planned without a call; the
    judging waits for all of them.

    What the survey found (regions that are off, its calls) is booked on the judging. Where it refuses the account, the
    audit ends and the connection is refused until its access is confirmed anew. Where somebody asked to stop
    meanwhile, the audit ends with no step. Raises NoLongerOurs.
    """
    locked = lock_audit(audit_id=audit.id)
    if locked.stop_requested_at is not None:
        stop(audit=audit, account_id=survey.account_id, calls=survey.calls, at=at)
        return
    if survey.refusal:
        refuse(audit=audit, message=survey.refusal, account_id=survey.account_id, calls=survey.calls, at=at)
        _refuse_connection(audit=audit, digest=survey.digest)
        return
    steps = [_new_step(audit, part, due_at=part.due_at or _at_once(part.kind, at=at)) for part in parts]
    judging = _new_step(audit, Part(kind=Step.Kind.JUDGE, account_id=survey.account_id), due_at=None)
    Step.objects.bulk_create([*steps, judging])
    gap_count, call_count = _book(step=judging, gaps=survey.gaps, calls=survey.calls)
    Step.objects.filter(id=judging.id).update(gap_count=gap_count, call_count=call_count)
    look_at = at + dt.timedelta(seconds=LOOK_AGAIN_SECONDS)
    if not audit.settle(state=Audit.State.RUNNING, started_at=at, due_at=look_at, message=""):
        raise NoLongerOurs
    advance(audit=lock_audit(audit_id=audit.id), at=at)
    wake_scheduler()


def refuse(*, audit: Audit, message: str, at: datetime, account_id: str = "", calls: Iterable[CallCount] = ()) -> None:
    """End a claimed audit that cannot begin, say why, and book what was called to find out. Raises NoLongerOurs."""
    _end_before_steps(audit, state=Audit.State.FAILED, message=message, account_id=account_id, calls=calls, at=at)


def stop(*, audit: Audit, at: datetime, account_id: str = "", calls: Iterable[CallCount] = ()) -> None:
    """End a claimed audit that is not wanted any more before it has begun. Raises NoLongerOurs."""
    _end_before_steps(audit, state=Audit.State.STOPPED, message="", account_id=account_id, calls=calls, at=at)


def _end_before_steps(
    audit: Audit, *, state: Audit.State, message: str, account_id: str, calls: Iterable[CallCount], at: datetime
) -> None:
    if not audit.settle(state=state, ended_at=at, due_at=None, message=message):
        raise NoLongerOurs
    book_calls(calls, called_for=CalledFor.of_audit(audit, account_id=account_id))


def leave_to_another(*, audit: Audit, account_id: str, calls: Iterable[CallCount], at: datetime) -> None:
    """Give back a claimed audit that has not begun; the attempt does not count. Raises NoLongerOurs."""
    if not audit.settle(due_at=at, attempt=max(0, audit.attempt - 1)):
        raise NoLongerOurs
    book_calls(calls, called_for=CalledFor.of_audit(audit, account_id=account_id))
    wake_scheduler()


def take(*, step_id: UUID, at: datetime, seconds: float, kinds_of: Callable[[str], tuple[str, ...]]) -> Step | None:
    """Claim a step that is due. None: somebody else has it, it is over, or its audit is.

    `kinds_of` says which kinds of resources a service has, should the step have to be given up.
    """
    due = Step.objects.filter(id=step_id, due_at__lte=at).first()
    if due is None:
        return None
    is_wanted_still = is_wanted(audit_id=due.audit_id)
    is_over = not is_wanted_still or due.attempt >= MOST_ATTEMPTS
    if is_over:
        lock_audit(audit_id=due.audit_id)  # ending the step moves the audit on, and an audit is locked before its steps
    step = Step.take(step_id, at=at, seconds=seconds)
    if step is None:
        return None
    if is_over:
        given_up = _given_up(step, "The worker ended each time that it was tried.", kinds=kinds_of(step.service))
        stopped = Outcome(state=Step.State.FAILED, message=STOPPED_MESSAGE)
        finish(step=step, outcome=given_up if is_wanted_still else stopped, at=at)
        return None
    Step.objects.filter(id=step.id, claim=step.claim).update(state=Step.State.RUNNING, started_at=at)
    return step


def finish(*, step: Step, outcome: Outcome, at: datetime) -> None:
    """Write how a claimed step ended and move its audit on. Raises NoLongerOurs: then nothing of it may stay."""
    audit = lock_audit(audit_id=step.audit_id)
    gap_count, call_count = _book(step=step, gaps=outcome.gaps, calls=outcome.calls)
    if not step.settle(
        state=outcome.state,
        ended_at=at,
        due_at=None,
        message=outcome.message,
        resource_count=outcome.resource_count,
        gap_count=F("gap_count") + gap_count,
        call_count=F("call_count") + call_count,
    ):
        raise NoLongerOurs
    if step.kind == Step.Kind.BILL:
        _wait_no_longer(audit, at=at)
    advance(audit=audit, at=at)


def fail(
    *,
    step: Step,
    message: str,
    kinds: tuple[str, ...],
    calls: Iterable[CallCount],
    at: datetime,
    is_final: bool = False,
) -> None:
    """A claimed step came to nothing: it is tried again a little later, and given up after the third time.

    `message` is shown to the customer. Raises NoLongerOurs.
    """
    if is_given_up(step=step, is_final=is_final):
        finish(step=step, outcome=_given_up(step, message, kinds=kinds, calls=calls), at=at)
        return
    later = at + dt.timedelta(seconds=BACKOFF_SECONDS[step.attempt - 1])
    _leave(step=step, calls=calls, due_at=later, message=message)


def is_given_up(*, step: Step, is_final: bool) -> bool:
    """Whether a step that came to nothing is not tried again."""
    return is_final or step.attempt >= MOST_FAILURES


def give_back(*, step: Step, calls: Iterable[CallCount], at: datetime) -> None:
    """Leave a claimed step to another worker at once; the attempt does not count. Raises NoLongerOurs."""
    _leave(step=step, calls=calls, due_at=_at_once(step.kind, at=at), attempt=max(0, step.attempt - 1))
    wake_scheduler()


def _leave(*, step: Step, calls: Iterable[CallCount], due_at: datetime, **changes: Any) -> None:  # noqa: ANN401 - columns
    audit = lock_audit(audit_id=step.audit_id)
    _, call_count = _book(step=step, gaps=(), calls=calls)
    changes |= {"state": Step.State.WAITING, "due_at": due_at, "call_count": F("call_count") + call_count}
    if not step.settle(**changes):
        raise NoLongerOurs
    advance(audit=audit, at=due_at)


def advance(*, audit: Audit, at: datetime) -> None:
    """Move a locked audit on: judge when everything else has ended, end when it was judged or is to stop."""
    if audit.state != Audit.State.RUNNING:
        return
    steps = Step.objects.filter(audit=audit)
    is_stopping = not is_wanted(audit_id=audit.id)
    if is_stopping:
        steps.filter(state=Step.State.WAITING).update(due_at=None)
        if not steps.filter(state=Step.State.RUNNING).exists():
            _end(audit=audit, state=Audit.State.STOPPED, at=at)
        return
    if steps.exclude(kind=Step.Kind.JUDGE).exclude(state__in=ENDED).exists():
        return
    judging = steps.get(kind=Step.Kind.JUDGE)
    if judging.state in ENDED:
        is_done = judging.state == Step.State.DONE
        _end(audit=audit, state=Audit.State.DONE if is_done else Audit.State.FAILED, at=at, message=judging.message)
    elif judging.due_at is None and judging.state == Step.State.WAITING:
        steps.filter(id=judging.id).update(due_at=at)
        wake_scheduler()


def look_again(*, audit_id: UUID, at: datetime) -> None:
    """Look at a running audit that has become due, and plan the next look."""
    audit = lock_audit(audit_id=audit_id)
    advance(audit=audit, at=at)
    Audit.objects.filter(id=audit_id, state=Audit.State.RUNNING).update(
        claim=None, due_at=at + dt.timedelta(seconds=LOOK_AGAIN_SECONDS)
    )


def _end(*, audit: Audit, state: Audit.State, at: datetime, message: str = "") -> None:
    Audit.objects.filter(id=audit.id).update(state=state, ended_at=at, due_at=None, claim=None, message=message)
    if state == Audit.State.DONE:
        cost = Audit.objects.values_list("estimated_cost_usd", flat=True).get(id=audit.id)
        _note_on_connection(audit=audit, night_cost_usd=cost)


def _refuse_connection(*, audit: Audit, digest: str) -> None:
    """Refuse the connection, unless another credential than the one tried has been let in meanwhile."""
    if confirmations.withdraw(connection=audit.connection, digest=digest):
        _note_on_connection(audit=audit, state=Connection.State.REFUSED)


def _note_on_connection(*, audit: Audit, **changes: Any) -> None:  # noqa: ANN401 - columns
    """Write to the connection in use, unless somebody is changing it: what they write comes later and counts."""
    free = Connection.objects.select_for_update(skip_locked=True).filter(
        id=audit.connection_id, state=Connection.State.CONNECTED
    )
    Connection.objects.filter(id__in=list(free.values_list("id", flat=True))).update(**changes)


def _at_once(kind: str, *, at: datetime) -> datetime:
    """When a step is due that may be done at once."""
    return at - BILL_AHEAD if kind == Step.Kind.BILL else at


def _new_step(audit: Audit, part: Part, *, due_at: datetime | None) -> Step:
    is_called = part.planned.plan.is_called
    return Step(
        audit=audit,
        connection_id=audit.connection_id,
        kind=part.kind,
        state=Step.State.WAITING if is_called else Step.State.NOT_CALLED,
        account_id=part.account_id,
        region=part.region,
        service=part.service,
        plan=part.planned.plan,
        billed_days=part.planned.billed_days,
        is_recorded=part.planned.is_recorded,
        due_at=due_at if is_called else None,
    )


def plan_again(*, audit: Audit, plan: Callable[[Step], Planned], at: datetime) -> None:
    """Plan anew, now that a bill is there, the inventory's steps of a locked audit that nobody has begun yet, and those
    that were left out without a bill. These count as long as its judging waits.

    Whichever are still to be called wait no longer. Does nothing where the audit is not under way.
    """
    if audit.state != Audit.State.RUNNING:
        return
    _plan_each(_unbegun(audit), plan=plan, called={})
    if Step.objects.filter(audit=audit, kind=Step.Kind.JUDGE, state=Step.State.WAITING, due_at=None).exists():
        left_out = Step.objects.filter(audit=audit, state=Step.State.NOT_CALLED, plan=Plan.NOT_RECORDED)
        _plan_each(left_out, plan=plan, called={"state": Step.State.WAITING, "due_at": at})
        wake_scheduler()
    _wait_no_longer(audit, at=at)
    advance(audit=audit, at=at)


def _plan_each(steps: QuerySet[Step], *, plan: Callable[[Step], Planned], called: Mapping[str, Any]) -> None:
    """Plan some steps anew; `called` is what becomes of those that are to be called."""
    groups: dict[Planned, list[UUID]] = {}
    for step in steps:
        groups.setdefault(plan(step), []).append(step.id)
    for planned, ids in groups.items():
        becomes = called if planned.plan.is_called else {"state": Step.State.NOT_CALLED, "due_at": None}
        steps.filter(id__in=ids).update(plan=planned.plan, billed_days=planned.billed_days, **becomes)


def _unbegun(audit: Audit) -> QuerySet[Step]:
    """Steps of the inventory that no worker has taken yet."""
    return Step.objects.filter(
        audit=audit, kind=Step.Kind.INVENTORY, state=Step.State.WAITING, attempt=0, claim=None, due_at__isnull=False
    )


def accounts_that_wait(*, audit: Audit, at: datetime) -> set[str]:
    """The accounts of which the inventory of a locked audit, or some of it, waits for a bill."""
    waiting = _unbegun(audit).filter(due_at__gt=at, audit__state=Audit.State.RUNNING)
    return set(waiting.values_list("account_id", flat=True))


def wait_on(*, audit: Audit, until: datetime, at: datetime) -> None:
    """Let what waits for a bill wait until then, should it be due before it is looked at again."""
    soon = at + dt.timedelta(seconds=2 * LOOK_AGAIN_SECONDS)
    _unbegun(audit).filter(due_at__gt=at, due_at__lt=min(soon, until)).update(due_at=until)


def _wait_no_longer(audit: Audit, *, at: datetime) -> None:
    if _unbegun(audit).filter(due_at__gt=at).update(due_at=at):
        wake_scheduler()


def _given_up(step: Step, message: str, *, kinds: tuple[str, ...], calls: Iterable[CallCount] = ()) -> Outcome:
    """What is left of a step that never came to its end: a gap, so that nothing is taken for complete."""
    gap = GapFound(
        account_id=step.account_id,
        region=step.region,
        service=step.service or step.kind.lower(),
        action="",
        reason="FAILED",
        message=message,
        kinds=kinds,
    )
    return Outcome(state=Step.State.FAILED, message=message, gaps=[gap], calls=calls)


def _book(*, step: Step, gaps: Iterable[GapFound], calls: Iterable[CallCount]) -> tuple[int, int]:
    """Write gaps and calls of a step. Returns how many gaps and how many calls."""
    gap_rows = [Gap(audit_id=step.audit_id, step=step, **asdict(gap) | {"kinds": list(gap.kinds)}) for gap in gaps]
    Gap.objects.bulk_create(gap_rows)
    return len(gap_rows), book_calls(calls, called_for=CalledFor.of_step(step))
