"""What each role may do, in one table; what a view needs; and finding and authorising in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import models
from django.http import Http404

from tenants.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from tenants.identity import Identity
    from tenants.models import Member, Organization

Row = TypeVar("Row", bound=models.Model)
View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """Something that a role may do. Its value is the name that templates ask for: `may.export`."""

    READ = "read"
    EXPORT = "export"
    LOAD_BILLS = "load_bills"
    RUN_AUDITS = "run_audits"
    CHANGE_CONNECTIONS = "change_connections"
    CHANGE_ORGANIZATION = "change_organization"
    CHANGE_RATES = "change_rates"
    CHANGE_THRESHOLDS = "change_thresholds"


SENTENCES: Mapping[Permission, str] = {
    Permission.READ: "See findings, audits, connections, bills and members",
    Permission.EXPORT: "Download the action list, costs and a finding's evidence",
    Permission.LOAD_BILLS: "Hand in the files of a bill",
    Permission.RUN_AUDITS: "Start and stop audits",
    Permission.CHANGE_CONNECTIONS: "Connect accounts, change, pause and delete connections",
    Permission.CHANGE_ORGANIZATION: "Change when the organisation's nights begin",
    Permission.CHANGE_RATES: "Give, replace and remove exchange rates",
    Permission.CHANGE_THRESHOLDS: "Preview and change the thresholds of rules",
}
_ALWAYS = frozenset({Permission.READ})
_FINANCE = _ALWAYS | {Permission.EXPORT, Permission.LOAD_BILLS, Permission.CHANGE_RATES}
_ENGINEER = _FINANCE | {Permission.RUN_AUDITS, Permission.CHANGE_CONNECTIONS, Permission.CHANGE_THRESHOLDS}
MAY: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _ALWAYS,
    Role.FINANCE: _FINANCE,
    Role.ENGINEER: _ENGINEER,
    Role.ADMIN: _ENGINEER | {Permission.CHANGE_ORGANIZATION},
}


def role_named(name: str | None) -> Role | None:
    """Our role for the identity provider's; None where the setting does not know it."""
    found: Role | None = settings.CLERK_ROLES.get(name or "")
    return found


def granted(name: str | None) -> frozenset[Permission]:
    """What the identity provider's role of that name may do here: nothing where the setting does not know it."""
    role = role_named(name)
    return MAY[role] if role else frozenset()


def permissions(*, identity: Identity, member: Member | None, organization: Organization) -> frozenset[Permission]:
    """What this person may do now. The token says what at most; what the provider told us since only takes away.

    Who was removed keeps what reading the token still allows, until it runs out within the minute. Nobody changes or
    takes anything away while acting as somebody else.
    """
    may = granted(identity.role)
    if identity.is_impersonated or organization.deleted_at is not None:
        may &= _ALWAYS
    if member is None:
        return may
    if member.removed_at is not None:
        may &= _ALWAYS
    if member.updated_at is not None and member.updated_at > identity.issued_at:
        may &= granted(member.role)
    return may


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a view asks of whoever opens it. `changing` is None where the view changes nothing: it is only read."""

    reading: Permission = Permission.READ
    changing: Permission | None = None


def needs(changing: Permission | None = None, *, reading: Permission = Permission.READ) -> Callable[[View], View]:
    """Declare what a view needs for methods that change something, and for those that only read.

    A view without it is read with Permission.READ and refuses every other method.
    """

    def declare(view: View) -> View:
        vars(view)["needs"] = Needs(reading=reading, changing=changing)
        return view

    return declare


def needs_of(view: Callable[..., Any]) -> Needs:
    """What was declared for a view, through whatever decorators stand above it."""
    found: Needs = vars(view).get("needs", Needs())
    return found


def get_or_404(source: type[Row] | models.QuerySet[Row], row_id: UUID) -> Row:
    """The row of the open scope's organisation. Raises Http404, the same for a stranger's id as for a random one."""
    rows = source if isinstance(source, models.QuerySet) else source._default_manager.all()  # noqa: SLF001 - Django's own way to name it
    row = rows.filter(id=row_id).first()
    if row is None:
        raise Http404("There is no such page.")
    return row


def named(identity: Identity) -> str:
    """Who acts, for people and for the trail: the name where the token holds one, and always the id."""
    return f"{identity.name} ({identity.user_id})" if identity.name else identity.user_id
