"""Findings that end: what is in order again, and what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import KINDS
from findings.changes import change_of
from findings.claims import without_evidence
from findings.models import Finding

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime
    from uuid import UUID

    from audits.models import Audit, Resource
    from findings.evidence_from_rows import Sight
    from tenants import activity

BATCH = 2000


def close_gone(*, audit: Audit, at: datetime, sight: Sight, seen: Container[UUID]) -> list[activity.Line]:
    """Resolve what is gone and not among the rows `seen`. Returns what has changed, for the trail."""
    is_open = Finding.objects.filter(connection_id=audit.connection_id, state=Finding.State.OPEN)
    unseen = without_evidence(is_open.exclude(resource__audit=audit)).select_related("resource")
    unseen = unseen.defer("resource__data", "resource__tags")
    gone = [
        finding
        for finding in unseen.iterator(chunk_size=BATCH)
        if finding.resource_id not in seen and _shows_gone(finding.resource, sight)
    ]
    return end(audit=audit, at=at, findings=gone, why=Finding.Resolution.RESOURCE_GONE)


def _shows_gone(row: Resource, sight: Sight) -> bool:
    return sight.shows_gone(kind=row.kind, service=_service_of(row.kind, kept=row.service), region=row.region)


def end(*, audit: Audit, at: datetime, findings: list[Finding], why: Finding.Resolution) -> list[activity.Line]:
    """Resolve findings. Returns what has changed, for the trail."""
    for finding in findings:
        finding.state, finding.resolution, finding.resolved_at = Finding.State.RESOLVED, why, at
    Finding.objects.filter(id__in=[finding.id for finding in findings]).update(
        state=Finding.State.RESOLVED, resolution=why, resolved_at=at
    )
    resolved = Finding.State.RESOLVED
    return [change_of(one, old=Finding.State.OPEN, new=resolved, why=why, audit_id=audit.id) for one in findings]


def _service_of(kind: str, *, kept: str) -> str:
    """The service whose steps read this kind now: a row may have been kept when another one did."""
    return KINDS[kind].SERVICE if kind in KINDS else kept
