"""Bills that were loaded before costs were added up are added up when the table for it is made."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from tests.database import migrate
from tests.old_database import database_at
from tests.tenants.catalogue import A, B, insertion

BEFORE = ("audits", "0090_bill_sources")


@pytest.fixture
def old_database(cluster):
    """A database of the release before, in which A has two lines of a day and B has one."""
    with database_at(cluster, "old_costs", *BEFORE) as urls:
        with psycopg.connect(urls["admin"]) as admin:
            for organization, costs in ((A, ("1.000000000000000000000001", "2")), (B, ("4",))):
                admin.execute(insertion(admin, "tenants_organization", organization))
                connection, source, load = uuid4(), uuid4(), uuid4()
                row = {"id": connection, "label": "Payer", "external_id": connection.hex}
                admin.execute(insertion(admin, "connections_connection", organization, **row))
                row = {"id": source, "connection_id": connection, "label": ""}
                admin.execute(insertion(admin, "audits_billsource", organization, **row))
                row = {"id": load, "source_id": source, "state": "LOADED"}
                admin.execute(insertion(admin, "audits_billload", organization, **row))
                for cost in costs:
                    row = {
                        "load_id": load,
                        "billed_cost": cost,
                        "charge_category": "Usage",
                        "charge_class": "",
                        "row_count": 1,
                    }
                    admin.execute(insertion(admin, "audits_costline", organization, **row))
        yield urls


def test_each_organisations_lines_are_added_up(old_database):
    """Row-level security is forced on the owner too: without lifting it the migration would find no line."""
    migrate(old_database["cf_migrator"])
    with psycopg.connect(old_database["admin"]) as admin:
        days = admin.execute(
            "select d.organization_id, d.kind, d.billed_cost, d.row_count from audits_costday d "
            "join audits_billload l on l.organization_id = d.organization_id and l.id = d.load_id order by 1"
        ).fetchall()
        forced = admin.execute(
            "select bool_and(relforcerowsecurity) from pg_class where relname in ('audits_costline', 'audits_costday')"
        ).fetchone()
    assert days == [
        (A, "Usage", Decimal("3.000000000000000000000001"), 2),
        (B, "Usage", Decimal(4), 1),
    ]
    assert forced == (True,)
