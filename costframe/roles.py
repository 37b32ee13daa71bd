"""Which process this is, and so which database role, URLs, imports and secrets it may have."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from django.db.backends.base.base import BaseDatabaseWrapper

SDKS = ("boto3", "botocore", "s3transfer", "azure", "google.auth", "google.cloud", "googleapiclient")
WORKER_ONLY = ("connections.unseal", "connections.providers", "connections.access_check", *SDKS)


class WrongPowers(Exception):
    """This process holds a power that belongs to another. Give it its own database login and environment only."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """One kind of process: its database login, URL module, and the secrets that only it may hold."""

    name: str
    database_role: str
    urls: str = "costframe.no_urls"
    secrets: frozenset[str] = frozenset()
    # Beside the process's own: login and the variable that gives it, by Django's name of the connection.
    other_logins: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    forbidden_imports: tuple[str, ...] = WORKER_ONLY


ROLES: Mapping[str, Role] = {
    role.name: role
    for role in (
        Role(
            name="web",
            database_role="cf_web",
            urls="costframe.urls",
            secrets=frozenset({"COSTFRAME_SECRET_KEY", "COSTFRAME_CONTEXT_KEY", "COSTFRAME_CLERK_WEBHOOK_SECRET"}),
        ),
        Role(
            name="worker",
            database_role="cf_worker",
            secrets=frozenset(
                {
                    "COSTFRAME_SEALING_KEY_DIR",
                    "COSTFRAME_SEALING_KEY_PASSPHRASE",
                    "COSTFRAME_AWS_ACCESS_KEY_ID",
                    "COSTFRAME_AWS_SECRET_ACCESS_KEY",
                    "COSTFRAME_REDIS_URL",
                }
            ),
            forbidden_imports=(),
        ),
        Role(name="scheduler", database_role="cf_scheduler", secrets=frozenset({"COSTFRAME_REDIS_URL"})),
        Role(
            name="operator",
            database_role="cf_operator",
            urls="costframe.operator_urls",
            secrets=frozenset(
                {"COSTFRAME_SECRET_KEY", "PLATFORM_ADMIN_USER_IDS", "COSTFRAME_OPERATOR_TRAIL_DATABASE_URL"}
            ),
            other_logins={"cf_operator_trail": ("cf_operator_trail", "COSTFRAME_OPERATOR_TRAIL_DATABASE_URL")},
        ),
        Role(name="migrate", database_role="cf_migrator", secrets=frozenset({"COSTFRAME_ADMIN_DATABASE_URL"})),
    )
}
# Clerk's secret key may do anything to our people and organisations. Nothing here needs it, so no process may hold it.
NOBODYS_SECRETS = frozenset({"CLERK_SECRET_KEY", "COSTFRAME_CLERK_SECRET_KEY"})
EVERY_SECRET = NOBODYS_SECRETS.union(*(role.secrets for role in ROLES.values()))


def foreign_secrets(role: Role, environment: Mapping[str, str]) -> list[str]:
    """Names of variables in `environment` that belong to other kinds of process only, or to none."""
    return sorted(name for name in EVERY_SECRET - role.secrets if environment.get(name))


def refuse_foreign_secrets(role: Role, environment: Mapping[str, str]) -> None:
    """Refuse to start with another process's secrets in the environment. Raises WrongPowers, naming variables only."""
    if names := foreign_secrets(role, environment):
        raise WrongPowers(
            f"The {role.name} process must not hold {', '.join(names)}: remove it from this process's environment."
        )


def refuse_wrong_database_role(role: Role, connection: BaseDatabaseWrapper) -> None:
    """Refuse to start on a login that could walk round row-level security. Raises WrongPowers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select session_user, current_user, r.rolsuper, r.rolbypassrls, r.rolcreaterole,
                      pg_has_role(session_user, o.oid, 'MEMBER'), r.rolreplication,
                      array(select m.roleid::regrole::text from pg_auth_members m where m.member = r.oid order by 1)
                 from pg_roles r left join pg_roles o on o.rolname = 'cf_owner' where r.rolname = session_user"""
        )
        login, current, is_super, bypasses, makes_roles, may_own, replicates, others = cursor.fetchone()
    if role.name == "migrate":
        return
    own = (role.database_role, "COSTFRAME_DATABASE_URL")
    expected, variable = role.other_logins.get(connection.alias, own)
    faults = [
        reason
        for is_fault, reason in (
            (is_super, "is a superuser"),
            (bypasses, "has BYPASSRLS"),
            (makes_roles, "may create roles"),
            (may_own, "may become the owner of the tables"),
            (replicates, "may replicate, and so read, everything"),
            (others and not may_own, f"may also act as {', '.join(others)}"),
            (login != expected or current != expected, f"is not {expected}"),
        )
        if is_fault
    ]
    if faults:
        raise WrongPowers(
            f"The {role.name} process is logged in to the database as {login}, which {' and '.join(faults)}. "
            f"Give {variable} the login {expected}."
        )


class ForbiddenImports(MetaPathFinder):
    """Makes an import that a kind of process must not have fail at once, wherever it is written."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse the names that the role may not import; leave all others to the next finder."""
        del path, target
        if any(fullname == name or fullname.startswith(f"{name}.") for name in self.role.forbidden_imports):
            raise WrongPowers(
                f"{fullname} belongs to the worker and cannot be imported by the {self.role.name} process."
            )
        return None


def wall_off(role: Role) -> None:
    """Install the import wall of `role`. Raises WrongPowers when something forbidden is already loaded."""
    loaded = [
        name
        for name in sys.modules
        if any(name == wall or name.startswith(f"{wall}.") for wall in role.forbidden_imports)
    ]
    if loaded:
        raise WrongPowers(f"The {role.name} process has already imported {loaded[0]}, which belongs to the worker.")
    if role.forbidden_imports and not any(isinstance(finder, ForbiddenImports) for finder in sys.meta_path):
        sys.meta_path.insert(0, ForbiddenImports(role))
