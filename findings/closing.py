"""Findings that end: what is in order again, and what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.models import Resource
from connections.resources import KINDS
from findings.changes import change_of
from findings.models import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from audits.models import Audit
    from findings.claims import Key
    from findings.evidence_from_rows import Sight
    from tenants import activity


def close(
    *, audit: Audit, at: datetime, sight: Sight, fine: Iterable[Key], findings: Mapping[Key, Finding]
) -> list[activity.Line]:
    """Resolve what is `fine` again, and what is gone. Returns what has changed, for the trail."""
    is_open = {key: finding for key, finding in findings.items() if finding.state == Finding.State.OPEN}
    in_order = [is_open[key] for key in fine if key in is_open]
    unseen = Resource.objects.filter(connection_id=audit.connection_id).exclude(audit=audit)
    gone_rows = {
        row_id
        for row_id, kind, service, region in unseen.values_list("id", "kind", "service", "region")
        if sight.shows_gone(kind=kind, service=_service_of(kind, kept=service), region=region)
    }
    gone = [finding for (row_id, _), finding in is_open.items() if row_id in gone_rows]
    return [
        *end(audit=audit, at=at, findings=in_order, why=Finding.Resolution.NOT_WASTEFUL),
        *end(audit=audit, at=at, findings=gone, why=Finding.Resolution.RESOURCE_GONE),
    ]


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
