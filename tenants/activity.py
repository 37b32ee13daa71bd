"""The append-only trail of what people, operators, workers and the nightly plan did."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid5

from django.conf import settings

from tenants import scope
from tenants.models import Activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

BATCH = 2000
NIGHTLY_PLAN = "the nightly plan"
RULES = "Costframe's rules"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line to be. `detail` holds no secret and no cost: it is shown to the organisation."""

    verb: str
    subject_kind: str
    subject_id: UUID | None
    detail: Mapping[str, str] = field(default_factory=dict)


def this_worker() -> str:
    """This worker process as an actor of the trail."""
    return f"worker {settings.WORKER_NAME}, process {os.getpid()}"


def book(
    *,
    actor: str,
    verb: str,
    subject_kind: str,
    subject_id: UUID | None,
    at: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Append one line inside the open scope. `detail` as in Line."""
    line = Line(verb=verb, subject_kind=subject_kind, subject_id=subject_id, detail=detail or {})
    _row(line, actor=actor, at=at).save(force_insert=True)


def book_once(*, key: str, actor: str, line: Line, at: datetime) -> None:
    """Append one line unless it was appended under the same `key` before, by this process or another."""
    row = _row(line, actor=actor, at=at)
    row.id = uuid5(scope.current(), key)
    Activity.objects.bulk_create([row], ignore_conflicts=True)


def book_many(*, actor: str, lines: Iterable[Line], at: datetime) -> None:
    """Append many lines by one actor at once."""
    Activity.objects.bulk_create([_row(line, actor=actor, at=at) for line in lines], batch_size=BATCH)


def _row(line: Line, *, actor: str, at: datetime) -> Activity:
    return Activity(
        actor=actor,
        verb=line.verb,
        subject_kind=line.subject_kind,
        subject_id=line.subject_id,
        at=at,
        detail=dict(line.detail),
    )
