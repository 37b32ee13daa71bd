"""A finding's changes of state, as the activity trail tells them: from what to what, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from findings.models import Finding
from tenants.activity import Line

if TYPE_CHECKING:
    from uuid import UUID

NEW = ""  # the state before a finding's first


def state_of(finding: Finding) -> str:
    """The state that stands in the database, NEW where the finding is not there yet."""
    return NEW if finding._state.adding else finding.state  # noqa: SLF001 - Django's own mark of a row to be


def change_of(finding: Finding, *, old: str, new: str, why: str = "", audit_id: UUID | None = None) -> Line:
    """The line of one change. No cost: what it is worth stands on the finding's page."""
    detail = {
        "from": old or "none",
        "to": new,
        "why": why,
        "rule": finding.rule_id,
        "resource": finding.provider_resource_id,
        "audit": str(audit_id or ""),
    }
    return Line(
        verb=f"finding.{_happened(old, new)}",
        subject_kind="finding",
        subject_id=finding.id,
        detail={name: text for name, text in detail.items() if text},
    )


def _happened(old: str, new: str) -> str:
    if new == Finding.State.RESOLVED:
        return "resolved"
    return "reopened" if old else "opened"
