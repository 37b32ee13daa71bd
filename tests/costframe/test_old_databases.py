"""What stood in a database before a migration is there, in its new form, after it: one database, migrated by stages.

Row-level security is forced on the owner of the tables too: a migration that did not lift it would find no row.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from sandbox import servers
from tests.database import migrate
from tests.tenants.catalogue import insertion

USAGE = {
    "charge_category": "Usage", "charge_class": "", "charge_description": "per hour", "commitment_discount_id": "",
    "consumed_quantity": 2, "consumed_unit": "Hours", "region_id": "eu-central-1", "usage_type": "BoxUsage",
}  # fmt: skip
FORCED = "select bool_and(relforcerowsecurity) from pg_class where relkind = 'r' and relname = any(%s)"


class Before:
    """Two organisations of one stage, and what stands in their tables then."""

    def __init__(self, admin: psycopg.Connection) -> None:
        self.admin = admin
        self.a, self.b = sorted((uuid4(), uuid4()))
        for organization in (self.a, self.b):
            self.row("tenants_organization", organization, clerk_id=f"org_{organization.hex}")

    def row(self, table, organization, **values):
        self.admin.execute(insertion(self.admin, table, organization, **values))

    def connection(self, organization):
        one = uuid4()
        self.row("connections_connection", organization, id=one, label="Payer", external_id=one.hex)
        return one

    def source(self, organization, *, connection=None, label=""):
        one = uuid4()
        self.row("audits_billsource", organization, id=one, connection_id=connection, label=label)
        return one

    def load(self, organization, *, source, state="LOADED"):
        one = uuid4()
        self.row("audits_billload", organization, id=one, source_id=source, state=state)
        return one


def trails(before):
    for organization in (before.a, before.b):
        before.row("tenants_activity", organization)


def loads_without_sources(before):
    """A has two connections, one with two loads, and B has one load."""
    for organization, months in ((before.a, ("2026-09-01", "2026-10-01")), (before.b, ("2026-10-01",))):
        connection = before.connection(organization)
        before.connection(organization)
        for month in months:
            row = {"connection_id": connection, "billing_period": month, "state": "LOADED", "loaded_at": month}
            before.row("audits_billload", organization, **row)


def lines_of_days(before):
    """A has two lines of a day, and B has one."""
    for organization, costs in ((before.a, ("1.000000000000000000000001", "2")), (before.b, ("4",))):
        source = before.source(organization, connection=before.connection(organization))
        load = before.load(organization, source=source)
        for cost in costs:
            row = {"billed_cost": cost, "charge_category": "Usage", "charge_class": "", "row_count": 1}
            before.row("audits_costline", organization, load_id=load, **row)


def loads_without_nights(before):
    """A has two bills that are loaded, B one that was refused."""
    for organization, states in ((before.a, ("LOADED", "LOADED")), (before.b, ("REFUSED",))):
        for number, state in enumerate(states):
            before.load(organization, source=before.source(organization, label=f"Files {number}"), state=state)


def lines_of_units(before):
    """Two lines of A, one of B, and one of B that is no price."""
    lines = {
        before.a: [("1.000000000000000000000001", {}), ("2", {})],
        before.b: [("4", {"usage_type": ""}), ("8", {"charge_category": "Tax"})],
    }
    for organization, of_it in lines.items():
        load = before.load(organization, source=before.source(organization, label="Files"))
        for cost, changes in of_it:
            row = {"load_id": load, "effective_cost": cost, **USAGE, **changes}
            before.row("audits_costline", organization, **row)


STAGES = (
    (("tenants", "0030_context_proof"), trails),
    (("audits", "0081_what_a_bill_is_made_of"), loads_without_sources),
    (("audits", "0090_bill_sources"), lines_of_days),
    (("audits", "0102_left_out_tag_keys"), loads_without_nights),
    (("audits", "0104_stop_uploads"), lines_of_units),
)


@pytest.fixture(scope="module")
def migrated(cluster):
    """A connection to the database of today, and each stage's organisations by the function that filled it."""
    name, stood = "old_database", {}
    with psycopg.connect(cluster.postgres.url(), autocommit=True) as admin:
        admin.execute(f"create database {name}")
    try:
        with psycopg.connect(cluster.postgres.url(database=name), autocommit=True) as admin:
            for statement in servers.database_statements(name):
                admin.execute(statement)
            migrator = cluster.postgres.url(
                role="cf_migrator", password=cluster.passwords["cf_migrator"], database=name
            )
            for migration, fill in STAGES:
                migrate(migrator, *migration)
                stood[fill] = Before(admin)
                fill(stood[fill])
            migrate(migrator)
            yield admin, stood
    finally:
        cluster.drop(name)


@pytest.fixture
def asked(migrated):
    """Asks the database of today about the two organisations of one stage."""
    admin, stood = migrated

    def asked(fill, question):
        rows = admin.execute(question, [[stood[fill].a, stood[fill].b]]).fetchall()
        names = {stood[fill].a: "A", stood[fill].b: "B"}
        return [(names[organization], *rest) for organization, *rest in rows]

    return asked


def is_forced(migrated, *tables):
    return migrated[0].execute(FORCED, [list(tables)]).fetchone() == (True,)


def test_every_line_of_a_trail_waits_for_its_seal(asked, migrated):
    assert asked(
        trails,
        "select a.organization_id from tenants_activity a join tenants_unsealedactivity u using (id) "
        "where a.organization_id = any(%s) order by 1",
    ) == [("A",), ("B",)]
    assert is_forced(migrated, "tenants_activity")


def test_each_connection_that_has_loads_becomes_their_source(asked, migrated):
    assert asked(
        loads_without_sources,
        "select s.organization_id, s.label, c.label, s.created_at::date::text, l.billing_period::text "
        "from audits_billload l join audits_billsource s on s.id = l.source_id "
        "join connections_connection c on c.id = s.connection_id where s.organization_id = any(%s) order by 1, 5",
    ) == [
        ("A", "", "Payer", "2026-09-01", "2026-09-01"),
        ("A", "", "Payer", "2026-09-01", "2026-10-01"),
        ("B", "", "Payer", "2026-10-01", "2026-10-01"),
    ]
    assert asked(
        loads_without_sources,
        "select organization_id, count(*) from audits_billsource where organization_id = any(%s) group by 1 order by 1",
    ) == [("A", 1), ("B", 1)]
    assert is_forced(migrated, "audits_billload", "audits_billsource")


def test_lines_are_added_up_by_day(asked, migrated):
    assert asked(
        lines_of_days,
        "select d.organization_id, d.kind, d.billed_cost, d.row_count from audits_costday d "
        "join audits_billload l on l.organization_id = d.organization_id and l.id = d.load_id "
        "where d.organization_id = any(%s) order by 1",
    ) == [("A", "Usage", Decimal("3.000000000000000000000001"), 2), ("B", "Usage", Decimal(4), 1)]
    assert is_forced(migrated, "audits_costline", "audits_costday")


def test_each_organisation_with_a_loaded_bill_has_one_night_of_its_own(asked, migrated):
    assert asked(
        loads_without_nights,
        "select organization_id, connection_id, due_at <= now() from audits_schedule where organization_id = any(%s)",
    ) == [("A", None, True)]
    assert is_forced(migrated, "audits_schedule", "audits_billload")


def test_what_a_unit_has_cost_is_added_up(asked, migrated):
    assert asked(
        lines_of_units,
        "select r.organization_id, usage_type, charge_description, effective_cost, consumed_quantity "
        "from audits_costrate r join audits_billload l on l.organization_id = r.organization_id and l.id = r.load_id "
        "where r.organization_id = any(%s) order by 1",
    ) == [
        ("A", "BoxUsage", "", Decimal("3.000000000000000000000001"), 4),
        ("B", "", "per hour", Decimal(4), 2),
    ]
    assert is_forced(migrated, "audits_costline", "audits_costrate")
