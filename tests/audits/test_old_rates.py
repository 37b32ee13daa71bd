"""What a unit has cost is added up for the bills that were loaded before it was kept."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from tests.database import migrate
from tests.old_database import database_at
from tests.tenants.catalogue import A, B, insertion

BEFORE = ("audits", "0104_stop_uploads")
USAGE = {
    "charge_category": "Usage", "charge_class": "", "charge_description": "per hour", "commitment_discount_id": "",
    "consumed_quantity": 2, "consumed_unit": "Hours", "region_id": "eu-central-1", "usage_type": "BoxUsage",
}  # fmt: skip


@pytest.fixture
def old_database(cluster):
    """A database of the release before: two lines of A, one of B, and one of B that is no price."""
    lines = {
        A: [("1.000000000000000000000001", {}), ("2", {})],
        B: [("4", {"usage_type": ""}), ("8", {"charge_category": "Tax"})],
    }
    with database_at(cluster, "old_rates", *BEFORE) as urls:
        with psycopg.connect(urls["admin"]) as admin:
            for organization, of_it in lines.items():
                admin.execute(insertion(admin, "tenants_organization", organization))
                source, load = uuid4(), uuid4()
                row = {"id": source, "connection_id": None, "label": "Files"}
                admin.execute(insertion(admin, "audits_billsource", organization, **row))
                admin.execute(
                    insertion(admin, "audits_billload", organization, id=load, source_id=source, state="LOADED")
                )
                for cost, changes in of_it:
                    row = {"load_id": load, "effective_cost": cost, **USAGE, **changes}
                    admin.execute(insertion(admin, "audits_costline", organization, **row))
        yield urls


def test_each_organisations_lines_are_added_up(old_database):
    """Row-level security is forced on the owner too: without lifting it the migration would find no line."""
    migrate(old_database["cf_migrator"])
    with psycopg.connect(old_database["admin"]) as admin:
        rates = admin.execute(
            "select r.organization_id, usage_type, charge_description, effective_cost, consumed_quantity "
            "from audits_costrate r join audits_billload l on l.organization_id = r.organization_id and l.id = r.load_id "
            "order by 1"
        ).fetchall()
        forced = admin.execute(
            "select bool_and(relforcerowsecurity) from pg_class where relname in ('audits_costline', 'audits_costrate')"
        ).fetchone()
    assert rates == [
        (A, "BoxUsage", "", Decimal("3.000000000000000000000001"), 4),
        (B, "", "per hour", Decimal(4), 2),
    ]
    assert forced == (True,)
