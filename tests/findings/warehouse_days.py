"""A data warehouse, for the tests of the rules on it."""

from __future__ import annotations

from connections.resources.warehouses import Warehouse
from tests.findings.evidence import ACCOUNT, ago

SALES = Warehouse(
    **ACCOUNT,
    resource_id="arn:aws:redshift:us-east-1:111122223333:cluster:sales",
    name="sales",
    created_at=ago(300),
    state="available",
    node_type="ra3.xlplus",
    node_count=4,
    schedules=(),
    is_shared=False,
)
