"""Many organisations' rows at once, made by PostgreSQL itself: for benchmarks of reading, not of writing."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg

from findings import registry

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECTIONS = 5  # of an organisation
NIGHTS = 20  # audits of a connection
BATCH = 50  # rows that an audit writes at a time: so far an organisation's rows lie together
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-south-1", "ap-southeast-2")
RULES = tuple(rule.id for rule in registry.RULES)
NOTHING = {  # what stands in a column that must hold something, by its type; 0 in all others
    "character varying": "''",
    "text": "''",
    "boolean": "false",
    "jsonb": "'{}'",
    "ARRAY": "'{}'",
    "uuid": "gen_random_uuid()",
    "date": "date '2026-11-01'",
    "timestamp with time zone": "timestamptz '2026-11-20 02:00Z'",
    "time without time zone": "time '02:00'",
}
SUMMARY = {
    "grid": [
        {"rule": rule, "region": region, "WASTE": 7, "FINE": 41, "UNKNOWN": 1} for rule in RULES for region in REGIONS
    ],
    "changes": {"opened": 9, "reopened": 1, "refreshed": 14, "left_alone": 2, "resolved": 3},
}
EVIDENCE = {
    "format": 1,
    "rule": {"settings": {"unattached_days": 14}},
    "thing": {
        "kind": "volume", "resource_id": "vol-1", "account_id": "1", "region": "eu-west-1", "volume_type": "gp3",
        "size_gib": 100, "state": "available", "observed_at": "2026-11-20T02:00:00+00:00",
        "created_at": "2025-11-20T02:00:00+00:00",
    },
    "usage": {"first_date": "2026-11-06", "until": "2026-11-20", "series": []},
    "bill": {"first_date": "2026-10-21", "until": "2026-11-20", "charges": [], "left_out": []},
    "checks": [{"source": "inventory", "holds": True, "sentence": "Attached to nothing for 40 days."}],
    "sum": [{"label": "Effective cost a day", "amount": "0.30", "unit": "USD"}],
}  # fmt: skip


def row_id(kind: str, *numbers: int) -> UUID:
    """The id of a row, told from what it is the row of."""
    return UUID(hashlib.md5(" ".join([kind, *map(str, numbers)]).encode(), usedforsecurity=False).hexdigest())


def id_of(kind: str, *numbers: str) -> str:
    """The same in SQL."""
    return f"md5(concat_ws(' ', '{kind}', {', '.join(numbers)}))::uuid"


def one_of(words: tuple[str, ...], number: str) -> str:
    """SQL that takes one of the words by number."""
    return f"('{{{','.join(words)}}}'::text[])[1 + {number} % {len(words)}]"


def document(value: object) -> str:
    """SQL for JSON."""
    return "'" + json.dumps(value).replace("'", "''") + "'"


AUDIT, CONNECTION = id_of("audit", "o", "c", "night"), id_of("connection", "o", "c")
LATEST, RESOURCE = id_of("audit", "o", "c", str(NIGHTS)), id_of("resource", "o", "c", "k")
SOURCE = id_of("bill source", "o", "c")
ACCOUNT = "lpad((o * 10 + c)::text, 12, '0')"
OF_A_STEP = {
    "audit_id": AUDIT, "account_id": ACCOUNT, "region": one_of(REGIONS, "k"), "service": "'ec2'",
    "step_id": id_of("step", "o", "c", "night", one_of(REGIONS, "k"), "'ec2'"),
}  # fmt: skip
OF_A_RESOURCE = {
    "connection_id": CONNECTION, "audit_id": LATEST, "account_id": ACCOUNT, "region": one_of(REGIONS, "k"),
}  # fmt: skip
DAY = "timestamptz '2026-11-01 02:00Z' + night * interval '1 day'"
SAVING = "round((1 + hashtext(o || ' ' || c || ' ' || k) % 50000 + 50000)::numeric / 100, 2)"

# By table: what its rows are numbered by, and the columns that matter; the others hold nothing.
TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "tenants_organization": ("organizations", {"id": id_of("organization", "o"), "name": "'Organisation ' || o"}),
    "connections_connection": ("connections", {
        "id": CONNECTION, "label": "'Connection ' || c", "state": "'CONNECTED'", "account_id": ACCOUNT,
        "external_id": "gen_random_uuid()::text", "provider": "'aws'", "generation": "1",
    }),
    "audits_schedule": ("connections", {"connection_id": CONNECTION, "due_at": "timestamptz '2026-11-21 02:00Z'"}),
    "connections_accesscheck": ("checks", {
        "connection_id": CONNECTION, "state": "'PASSED'", "generation": "1",
        "requested_at": "timestamptz '2026-11-01' + k * interval '1 day'",
    }),
    "audits_audit": ("audits", {
        "id": AUDIT, "connection_id": CONNECTION, "state": "'DONE'", "night_date": "date '2026-11-01' + night",
        "requested_at": DAY, "started_at": DAY, "ended_at": f"{DAY} + interval '94 s'", "summary": document(SUMMARY),
    }),
    "audits_step": ("places", {
        "id": id_of("step", "o", "c", "night", "region", "service"), "audit_id": AUDIT, "connection_id": CONNECTION,
        "account_id": ACCOUNT, "kind": "'INVENTORY'", "state": "'DONE'", "region": "region", "service": "service",
    }),
    "audits_gap": ("gaps", {
        **OF_A_STEP, "action": "'ec2:Describe' || k",
        "reason": "case k % 4 when 0 then 'NOT_LOOKED_AT' else 'REFUSED' end",
    }),
    "audits_apicall": ("calls", {
        **OF_A_STEP, "operation": "'Describe' || k", "outcome": "case k when 15 then 'REFUSED' else 'OK' end",
        "error_code": "case k when 15 then 'AccessDenied' else '' end", "count": "k",
    }),
    "audits_billsource": ("connections", {"id": SOURCE, "connection_id": CONNECTION}),
    "audits_billload": ("months", {
        "source_id": SOURCE, "billing_period": "(date '2025-11-01' + k * interval '1 month')::date",
        "bill_format": "'focus'", "state": "'LOADED'",
        "billed_until": "(date '2025-12-01' + k * interval '1 month')::date",
        "totals": document({"USD": {"billed_cost": "18234.77", "effective_cost": "18234.77"}}),
    }),
    "audits_resource": ("findings", {
        **OF_A_RESOURCE, "id": RESOURCE, "kind": "'volume'", "service": "'ec2'",
        "resource_id": "'vol-' || o || '-' || c || '-' || k", "name": "'volume ' || k",
        "data": document(EVIDENCE["thing"]),
    }),
    "audits_usage": ("used", {
        "resource_id": RESOURCE, "metric": "metric", "statistic": "'Average'",
        "values": "array_fill(1.5::float8, '{30}')",
    }),
    "findings_finding": ("findings", {
        **OF_A_RESOURCE, "id": id_of("finding", "o", "c", "k"), "resource_id": RESOURCE,
        "opened_audit_id": id_of("audit", "o", "c", f"1 + k % {NIGHTS}"), "rule_id": one_of(RULES, "k"),
        "opened_at": f"timestamptz '2026-11-01 02:00Z' + (1 + k % {NIGHTS}) * interval '1 day'",
        "state": "case k % 5 when 0 then 'RESOLVED' else 'OPEN' end",
        "resolved_at": "case k % 5 when 0 then timestamptz '2026-11-20 02:00Z' end",
        "confidence": "case k % 3 when 0 then 'ESTIMATED' else 'VERIFIED' end",
        "currency": "case k % 10 when 0 then 'EUR' else 'USD' end",
        "resource_name": "'volume ' || k", "provider_resource_id": "'vol-' || o || '-' || c || '-' || k",
        "because": "'Attached to nothing for ' || k || ' days.'",
        "action": "'Take a snapshot, then delete the volume.'",
        "estimated_monthly_savings": SAVING, "gross_monthly_savings": SAVING, "cash_monthly_savings": SAVING,
        "freed_commitment_monthly": "0", "savings_sort": f"({SAVING} * 1000000)::bigint",
        "evidence": document(EVIDENCE),
    }),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Estate:
    """How many organisations, with how many findings each."""

    organizations: int
    findings: int

    @property
    def numbers(self) -> dict[str, str]:
        """What rows are numbered by: `o` the organisation, `c` its connection, `night` its audit, `k` what is in it."""
        organizations = f"generate_series(1, {self.organizations}) o"
        connections = f"{organizations}, generate_series(1, {CONNECTIONS}) c"
        audits = f"{connections}, generate_series(1, {NIGHTS}) night"
        each = self.findings // CONNECTIONS
        return {
            "organizations": organizations,
            "connections": connections,
            "checks": f"{connections}, generate_series(1, 3) k",
            "months": f"{connections}, generate_series(1, 12) k",
            "audits": audits,
            "gaps": f"{audits}, generate_series(1, 8) k",
            "calls": f"{audits}, generate_series(1, 15) k",
            "places": f"{audits}, unnest(array{list(REGIONS)}) region, unnest(array['ec2', 'rds', 'elb']) service",
            # The organisations' nights come in turn, so that nobody's rows lie all together.
            "findings": f"(select * from {connections}, generate_series(1, {each}) k"
            f" order by k / {BATCH}, o, c, k) in_turn",
            "used": f"{connections}, generate_series(1, {each}, 10) k, unnest(array['cpu', 'in', 'out']) metric",
        }


def fill(url: str, estate: Estate) -> None:
    """Fill an empty migrated database, past all walls, and let PostgreSQL look at it."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        for table, (numbered_by, given) in TABLES.items():
            started = time.perf_counter()
            count = insert(admin, table, estate.numbers[numbered_by], given)
            print(f"    {table:24} {count:>9,} rows in {time.perf_counter() - started:5.1f} s", flush=True)
        admin.execute("vacuum (analyze)")


def insert(admin: psycopg.Connection, table: str, numbers: str, given: Mapping[str, str]) -> int:
    own = {} if table == "tenants_organization" else {"organization_id": id_of("organization", "o")}
    wanted = {**own, **given}
    columns = admin.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'public' "
        "and table_name = %s and (is_nullable = 'NO' or column_name = any(%s))",
        [table, list(wanted)],
    ).fetchall()
    values = {name: wanted.get(name) or NOTHING.get(kind, "0") for name, kind in columns}
    names = ", ".join(f'"{name}"' for name in values)
    return admin.execute(f"insert into {table} ({names}) select {', '.join(values.values())} from {numbers}").rowcount
