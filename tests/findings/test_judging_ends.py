"""How an open finding ends where two things could end it, and what judging says again of what has not changed."""

from __future__ import annotations

import pytest

from audits.models import BillLoad
from findings.models import Finding
from findings.operations import judge
from tenants import scope
from tenants.models import Activity
from tests.database import acting_as
from tests.findings.rows import AT, DAY, GP2, IDLE, bill, judged_audit, load_bill, make_audit, make_connection, see
from tests.findings.test_bill_judging import charge


@pytest.fixture
def shop(organization):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            bill(load_bill(shop), "i-1", "2.30", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs")
            yield shop


def test_what_the_bill_told_of_a_resource_that_is_gone_ends_as_gone_and_not_as_in_order(shop):
    charge(BillLoad.objects.get(), GP2.resource_id, "9")
    judged_audit(shop, IDLE, GP2)
    told = Finding.objects.get(rule_id="bill_address_idle", provider_resource_id=GP2.resource_id)
    later = make_audit(shop, at=AT + DAY)
    see(later, IDLE)
    judge(audit=later, at=AT + DAY)
    told.refresh_from_db()
    assert (told.state, told.resolution) == ("RESOLVED", "RESOURCE_GONE")
    (line,) = Activity.objects.filter(verb="finding.resolved", subject_id=told.id)
    assert line.detail["why"] == "RESOURCE_GONE"
