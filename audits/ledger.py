"""Every call of an audit or of access checks, by operation, with the provider's own word for what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min, Q, Sum

from audits.models import ApiCall
from connections.kits import aws
from connections.models import AccessCheck

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from audits.models import Audit
    from connections.models import Connection

USER_AGENT = "costframe (read-only)"  # the worker's clients put it at the end of their own
OUTCOMES = ("OK", "REFUSED", "THROTTLED", "FAILED")
READS = frozenset({"Read", "List"})
# No call of the role's own: with it our principal takes the role on. AWS lists it as Write, so do we.
ENTRY = ("sts", "AssumeRole")
ASSUME_ROLE = {
    "action": "sts:AssumeRole",
    "access_level": "Write",
    "why": "Takes on the role that you made, for 15 minutes at a time. It changes nothing in your account.",
}


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """One operation of an audit with how often it was called, and AWS's own word for what it may do."""

    service: str
    operation: str
    action: str
    access_level: str
    why: str
    ok: int
    refused: int
    throttled: int
    failed: int
    errors: str

    @property
    def is_harmless(self) -> bool:
        """Whether AWS lists it as Read or List, or it is how we come in."""
        return self.access_level in READS or (self.service, self.operation) == ENTRY


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Every call of an audit, or of a connection's access checks, with the time in which they were made."""

    rows: tuple[CallRow, ...]
    total: int
    writes: tuple[CallRow, ...]
    connection_id: UUID
    since: datetime
    until: datetime

    @property
    def session_name(self) -> str:
        """The role session's name under which CloudTrail keeps our calls."""
        return f"costframe-{self.connection_id}"[:64]

    @property
    def cloudtrail_query(self) -> str:
        """A command for the customer's own shell that lists what we did, by CloudTrail's account of it."""
        return (
            "aws cloudtrail lookup-events"
            f" --lookup-attributes AttributeKey=Username,AttributeValue={self.session_name}"
            f" --start-time {self.since:%Y-%m-%dT%H:%M:%SZ} --end-time {self.until:%Y-%m-%dT%H:%M:%SZ}"
            " --query 'Events[].[EventTime,EventSource,EventName,ReadOnly]' --output table"
        )


def ledger_of(audit: Audit) -> Ledger:
    """The audit's calls, those before its first step too."""
    return _ledger(
        ApiCall.objects.filter(audit=audit),
        connection_id=audit.connection_id,
        since=audit.requested_at,
        until=audit.ended_at or audit.requested_at,
    )


def ledger_of_checks(connection: Connection) -> Ledger:
    """The calls of all access checks that were ever made of a connection."""
    found = AccessCheck.objects.filter(connection=connection).aggregate(
        since=Min("requested_at"), ended=Max("ended_at"), asked=Max("requested_at")
    )
    return _ledger(
        ApiCall.objects.filter(access_check__connection=connection),
        connection_id=connection.id,
        since=found["since"] or connection.created_at,
        until=max(filter(None, (found["ended"], found["asked"])), default=connection.created_at),
    )


def _ledger(booked: QuerySet[ApiCall], *, connection_id: UUID, since: datetime, until: datetime) -> Ledger:
    """Calls by operation, those that are no reads named apart."""
    declared: dict[tuple[str, str], Mapping[str, str]] = {
        (row["service"], row["operation"]): row for part in ("inventory", "export") for row in aws.declared()[part]
    }
    declared[ENTRY] = ASSUME_ROLE
    outcomes = {name.lower(): Sum("count", filter=Q(outcome=name), default=0) for name in OUTCOMES}
    calls: Any = booked.values("service", "operation").annotate(**outcomes)
    codes = _error_codes(booked)
    rows = []
    for call in calls.order_by("service", "operation"):
        key = (call["service"], call["operation"])
        known = declared.get(key, {})
        row = CallRow(
            service=key[0],
            operation=key[1],
            action=known.get("action", ""),
            access_level=known.get("access_level", ""),
            why=known.get("why", ""),
            ok=call["ok"],
            refused=call["refused"],
            throttled=call["throttled"],
            failed=call["failed"],
            errors=", ".join(codes.get(key, ())),
        )
        rows.append(row)
    return Ledger(
        rows=tuple(rows),
        total=sum(row.ok + row.refused + row.throttled + row.failed for row in rows),
        writes=tuple(row for row in rows if not row.is_harmless),
        connection_id=connection_id,
        since=since,
        until=until,
    )


def _error_codes(booked: QuerySet[ApiCall]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    rows = booked.exclude(error_code="").values_list("service", "operation", "error_code")
    for service, operation, code in rows.distinct().order_by("service", "operation", "error_code"):
        found.setdefault((service, operation), []).append(code)
    return found
