"""What must hold of every tenant's table in PostgreSQL's catalogue, as sentences about what does not."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from tenants.operator_reads import viewed_rows
from tenants.rls import own_rows
from tests.database import ROOT
from tests.tenants import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

GRANTS = ROOT / "tests" / "tenants" / "grants.txt"
POWERS = ROOT / "tests" / "tenants" / "powers.txt"
# The scheduler sees three columns of every organisation's rows, the operator who its customers are.
SEE_ALL = {("tenants_organization", "cf_operator")}
# Nobody logs in as the owner. Inside a function each it counts how many credentials a sealing key still opens, looks
# whether a row is work, books a message that named no row, tells the organisations that a person is in what became of
# that person, marks a new line of the trail as work, books an operator's view and finds it again.
LOOKED_AT = {("cf_owner", "SELECT", "true", "")}
KEPT = {("cf_owner", "ALL", "true", "true")}
VIEWS = "((verb)::text = 'operator.viewed'::text)"
OF_THE_OWNER = {
    "connections_sealedcredential": LOOKED_AT,
    "connections_accesscheck": LOOKED_AT,
    "connections_connection": LOOKED_AT,
    "audits_schedule": LOOKED_AT,
    "audits_audit": LOOKED_AT,
    "audits_step": LOOKED_AT,
    "audits_billsource": LOOKED_AT,
    "audits_billupload": LOOKED_AT,
    "findings_thresholdpreview": LOOKED_AT,
    "tenants_organization": LOOKED_AT,
    "tenants_member": LOOKED_AT,
    "tenants_clerkevent": KEPT,
    "tenants_unsealedactivity": KEPT,
    "audits_lostmessage": {("cf_owner", "INSERT", "", "true"), ("cf_owner_counts", "SELECT", "true", "")},
    "tenants_activity": {("cf_owner", "ALL", VIEWS, VIEWS)},
}


def sees_all(table: str, role: str) -> bool:
    """Whether the role's policy shows it every organisation's rows, its grants being narrow instead."""
    return role == "cf_scheduler" or (table, role) in SEE_ALL


@cache
def committed(path) -> tuple[str, ...]:
    return tuple(path.read_text().splitlines())


@cache
def granted_by_table() -> dict[str, list[str]]:
    """The committed grants, by the table that they are on."""
    return {table: list(lines) for table, lines in groupby(committed(GRANTS), key=lambda line: line.split()[0])}


def faults(connection, tables: list[str]) -> list[str]:
    """Every way in which these tables are not walled off as they must be."""
    found = [f"{table}: row-level security is not forced" for table in catalogue.unforced(connection, tables)]
    for table in tables:
        granted = catalogue.grants(connection, table)
        found += differences(granted, granted_by_table().get(table, []))
        found += policy_faults(connection, table, served={line.split()[1] for line in granted})
    return found


def differences(there: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """What the database says and the committed list does not, or the other way round."""
    return [
        *(f"in the database alone: {line}" for line in there if line not in wanted),
        *(f"in the committed list alone: {line}" for line in wanted if line not in there),
    ]


def policy_faults(connection, table: str, *, served: set[str]) -> list[str]:
    """One policy for each role that has a grant, for that role alone, with the one expression; and the owner's own."""
    rows = catalogue.policies(connection, table)
    names = {name for _, name, *_ in rows}
    wanted = served | {name for name, *_ in OF_THE_OWNER.get(table, ())}
    return [
        *(f"{table}: {name} has a grant and no policy, or the reverse" for name in sorted(names ^ wanted)),
        *(f"{table}: policy {row[1]} is {row[2:]}" for row in rows if not is_as_it_must_be(row)),
    ]


def is_as_it_must_be(row: tuple[str, ...]) -> bool:
    table, name, kind, command, role, qual, check = row
    if kind != "PERMISSIVE":
        return False
    if role == "cf_owner":
        return (name, command, qual, check) in OF_THE_OWNER.get(table, ())
    if name != role:
        return False
    if sees_all(table, role):
        return (command, qual, check) == ("SELECT", "true", "")
    if role == "cf_operator":
        return (command, normal(qual), check) == ("SELECT", normal(viewed_rows()), "")
    return command == "ALL" and normal(qual) == normal(check) == normal(own_rows(catalogue.owner_column(table)))


def normal(expression: str) -> str:
    words = expression.lower()
    for name in ("cf_organization", "cf_viewed_organization"):
        words = words.replace(f"( select {name}() as {name})", f"(select {name}())")
    return words.strip("()").replace(" ", "")
