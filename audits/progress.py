"""An audit as its page shows it: how far it is, what it looked at, and what it could not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Sum

from audits.load_progress import told_of
from audits.models import ApiCall, Gap, Step
from audits.operations import UNDER_WAY
from audits.planning import told
from audits.queries import NOT_LOOKED_AT
from connections.resources.opinions import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from audits.load_words import Told
    from audits.models import Audit

MOST_GAPS = 200
ENDED = frozenset({Step.State.DONE, Step.State.FAILED})
WORDS = {
    Step.State.WAITING: ("waiting", "plain"),
    Step.State.RUNNING: ("looking", "info"),
    Step.State.DONE: ("done", "good"),
    Step.State.FAILED: ("failed", "bad"),
    Step.State.NOT_CALLED: ("not called", "plain"),
}
PARTS = {Step.Kind.BILL: "Bill", Step.Kind.JUDGE: "Judging"}
GAP_REASONS = {
    "REFUSED": "permission refused",
    "THROTTLED": "the provider slowed us down until time ran out",
    "FAILED": "the call failed",
    "CAPPED": "left out by our own cost cap",
}
SLOW_AFTER_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One step: its state in words, and its figures once it has ended."""

    step: Step
    word: str
    tone: str

    @property
    def has_gaps(self) -> bool:
        """Whether it ended, but could not see everything."""
        return self.step.state == Step.State.DONE and self.step.gap_count > 0

    @property
    def note(self) -> str:
        """Why it made no call, or made one although nobody names anything there."""
        return told(self.step.plan, billed_days=self.step.billed_days, is_recorded=self.step.is_recorded)


class Place(NamedTuple):
    """Where steps look."""

    account_id: str
    region: str


@dataclass(frozen=True, kw_only=True)
class ServiceRow:
    """One service, with a cell for each place (None: it is not looked at there). Services are many, places few."""

    service: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an audit is, in steps, and how far the load of its bill is. Steps planned without a call stand apart."""

    is_under_way: bool
    total: int
    ended: int
    failed: int
    not_called: int
    looking: tuple[Step, ...]
    loading: Told | None
    places: tuple[Place, ...]
    services: tuple[ServiceRow, ...]
    others: tuple[tuple[str, Cell], ...]
    resource_count: int
    call_count: int
    poll_seconds: int


def progress_of(audit: Audit, *, at: datetime) -> Progress:
    """Every step by place and service."""
    steps = list(Step.objects.filter(audit=audit).order_by("account_id", "region", "service"))
    looks = [step for step in steps if step.kind == Step.Kind.INVENTORY]
    places = tuple(dict.fromkeys(_place(step) for step in looks))
    since = audit.started_at or audit.requested_at
    not_called = sum(step.state == Step.State.NOT_CALLED for step in steps)
    return Progress(
        is_under_way=audit.state in UNDER_WAY,
        total=len(steps) - not_called,
        ended=sum(step.state in ENDED for step in steps),
        failed=sum(step.state == Step.State.FAILED for step in steps),
        not_called=not_called,
        looking=tuple(step for step in steps if step.state == Step.State.RUNNING),
        loading=next((told_of(step, at=at) for step in steps if step.kind == Step.Kind.BILL), None),
        places=places,
        services=tuple(_services(looks, places)),
        others=tuple((PARTS[Step.Kind(step.kind)], _cell(step)) for step in steps if step.kind in PARTS),
        # What advisors say is no resource.
        resource_count=sum(step.resource_count for step in steps if step.service not in SOURCES),
        call_count=ApiCall.objects.filter(audit=audit).aggregate(calls=Sum("count", default=0))["calls"],
        poll_seconds=2 if (at - since).total_seconds() < SLOW_AFTER_SECONDS else 5,
    )


def _place(step: Step) -> Place:
    return Place(step.account_id, step.region)


def _services(looks: Iterable[Step], places: tuple[Place, ...]) -> Iterable[ServiceRow]:
    found: dict[str, dict[Place, Cell]] = {}
    for step in looks:
        found.setdefault(step.service, {})[_place(step)] = _cell(step)
    for service, cells in sorted(found.items()):
        yield ServiceRow(service=service, cells=tuple(cells.get(place) for place in places))


def _cell(step: Step) -> Cell:
    word, tone = WORDS[Step.State(step.state)]
    if step.state == Step.State.DONE and step.gap_count:
        word, tone = "done, with gaps", "warn"
    return Cell(step=step, word=word, tone=tone)


@dataclass(frozen=True, kw_only=True)
class GapRow:
    """Something that could not be read, the same in several regions told once."""

    service: str
    action: str
    reason: str
    message: str
    regions: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an audit brought home, for a page."""

    gaps: tuple[GapRow, ...]
    not_looked_at: tuple[str, ...]
    rule_ids: tuple[str, ...]
    regions: tuple[str, ...]
    grid: tuple[tuple[str, tuple[Mapping[str, int] | None, ...]], ...]


def result_of(audit: Audit) -> Result:
    """Gaps first, since they say what the rest is worth; then the rules by region."""
    rows = list(Gap.objects.filter(audit=audit).order_by("service", "action", "region"))
    merged: dict[tuple[str, str, str, str, tuple[str, ...]], list[str]] = {}
    for gap in rows:
        if gap.reason != NOT_LOOKED_AT:
            key = (gap.service, gap.action, gap.reason, gap.message, tuple(gap.kinds))
            merged.setdefault(key, []).append(gap.region)
    grid = _grid(audit.summary.get("grid", []))
    regions = tuple(sorted({region for cells in grid.values() for region in cells}))
    return Result(
        gaps=tuple(
            GapRow(
                service=service,
                action=action,
                reason=GAP_REASONS.get(reason, reason.lower()),
                message=message,
                regions=tuple(dict.fromkeys(region for region in places if region)),
                kinds=kinds,
            )
            for (service, action, reason, message, kinds), places in list(merged.items())[:MOST_GAPS]
        ),
        not_looked_at=tuple(sorted({gap.region for gap in rows if gap.reason == NOT_LOOKED_AT})),
        rule_ids=tuple(grid),
        regions=regions,
        grid=tuple((rule_id, tuple(cells.get(region) for region in regions)) for rule_id, cells in grid.items()),
    )


def _grid(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, int]]]:
    found: dict[str, dict[str, Mapping[str, int]]] = {}
    for row in rows:
        counts = {"waste": row["WASTE"], "fine": row["FINE"], "unknown": row["UNKNOWN"]}
        found.setdefault(row["rule"], {})[row["region"] or "global"] = counts
    return dict(sorted(found.items()))
