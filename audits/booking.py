"""Books calls. Whatever became of the work, and whoever holds it by now: a call that left was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.models import ApiCall

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from audits.models import Audit, Step
    from connections.models import AccessCheck
    from connections.provider import CallCount


@dataclass(frozen=True, kw_only=True)
class CalledFor:
    """For what calls were made: an audit, one of its steps where it had any yet, or an access check; and where."""

    account_id: str
    region: str = ""
    audit_id: UUID | None = None
    step_id: UUID | None = None
    access_check_id: UUID | None = None

    @classmethod
    def of_step(cls, step: Step) -> CalledFor:
        """What a step calls."""
        return cls(account_id=step.account_id, region=step.region, audit_id=step.audit_id, step_id=step.id)

    @classmethod
    def of_audit(cls, audit: Audit, *, account_id: str) -> CalledFor:
        """What is called before an audit has steps."""
        return cls(account_id=account_id, audit_id=audit.id)

    @classmethod
    def of_check(cls, check: AccessCheck, *, account_id: str) -> CalledFor:
        """What an access check calls."""
        return cls(account_id=account_id, access_check_id=check.id)


def book_calls(calls: Iterable[CallCount], *, called_for: CalledFor) -> int:
    """Write what was called, inside the open scope. Returns how many calls that is."""
    rows = [
        ApiCall(
            audit_id=called_for.audit_id,
            step_id=called_for.step_id,
            access_check_id=called_for.access_check_id,
            account_id=called_for.account_id,
            region=called_for.region,
            service=call.service,
            operation=call.operation,
            outcome=call.outcome,
            error_code=call.error_code,
            count=call.count,
            units=call.units,
        )
        for call in calls
    ]
    ApiCall.objects.bulk_create(rows)
    return sum(row.count for row in rows)
