"""What a finding saves with what depends on its resource, from the rows of an audit to the page and the file."""

from __future__ import annotations

import csv
import dataclasses
import io
from decimal import Decimal

import pytest
from django.urls import reverse

from connections.resources import Volume
from findings.frozen import is_intact
from findings.models import Finding
from findings.operations import judge, price_again
from findings.queries import totals_of
from tenants import scope
from tests.database import acting_as
from tests.findings.rows import ADDRESS, AT, BASE, DAY, IDLE, bill, load_bill, make_audit, make_connection, see, use
from tests.findings.test_views import text_of, visit

__all__ = ["visit"]
MONTH = Decimal("30.4375")
DISK = Volume(
    resource_id="vol-5", name="data", volume_type="gp2", size_gib=100, state="in-use", attached_to=("i-1",),
    attached_states=("running",), is_deleted_with_instance=True, **BASE,
)  # fmt: skip
HELD = dataclasses.replace(ADDRESS, associated_with="i-1")


@pytest.fixture
def shop(organization):
    """An idle machine with a disk of the older type and an address, all of them on the bill."""
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            load = load_bill(shop)
            bill(load, "i-1", "2.30", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs")
            bill(load, "vol-5", "1", usage_type="EBS:VolumeUsage.gp2")
            bill(load, HELD.resource_id, "0.12", usage_type="PublicIPv4:InUseAddress", quantity="24", unit="Hrs")
            yield shop


def audited(shop, *things, at=AT):
    audit = make_audit(shop, at=at)
    rows = see(audit, *things)
    use(rows[0], days=30, until=at.date())
    judge(audit=audit, at=at)
    audit.state = "DONE"
    audit.save()
    return audit


def idle() -> Finding:
    return Finding.objects.get(rule_id="aws_ec2_instance_idle")


def test_the_finding_keeps_what_its_dependents_add_less_what_their_own_findings_count(shop):
    audited(shop, IDLE, DISK, HELD)
    own = Finding.objects.get(rule_id="aws_ebs_volume_gp2_to_gp3")
    assert own.estimated_monthly_savings > 0
    assert idle().estimated_monthly_savings == Decimal("2.30") * MONTH
    assert idle().further_monthly_savings == Decimal("1.12") * MONTH - own.estimated_monthly_savings
    assert idle().further_currency == "USD"
    assert own.further_monthly_savings is None
    assert is_intact(idle())
    parts = {part["id"]: part for part in idle().evidence["further"]["parts"]}
    assert parts["vol-5"]["fate"] == "GOES"
    assert Decimal(parts["vol-5"]["claimed"]) == own.estimated_monthly_savings


def test_all_that_is_counted_together_never_exceeds_what_it_all_costs(shop):
    audited(shop, IDLE, DISK, HELD)
    (total,) = totals_of(Finding.objects.all()).currencies
    ((currency, further),) = totals_of(Finding.objects.all()).further
    assert currency == "USD"
    assert total.monthly + further == (Decimal("2.30") + Decimal("1.12")) * MONTH


def test_what_no_longer_depends_on_it_is_no_longer_counted(shop):
    audited(shop, IDLE, DISK, HELD)
    free = dataclasses.replace(HELD, associated_with=None)
    audited(shop, IDLE, free, at=AT + DAY)
    assert idle().further_monthly_savings is None
    assert idle().further_currency == ""


def test_a_finding_that_was_not_judged_anew_counts_its_dependents_no_longer(shop):
    audited(shop, IDLE, DISK, HELD)
    audit = make_audit(shop, at=AT + DAY)
    see(audit, IDLE, DISK, HELD)  # whose usage is not known this time: unknown, and still open
    judge(audit=audit, at=AT + 5 * DAY)
    assert idle().state == "OPEN"
    assert (idle().further_monthly_savings, idle().further_currency) == (None, "")


def test_a_later_bill_prices_the_dependents_too(organization):
    with scope.organization(organization.id):
        shop = make_connection()
        with acting_as("cf_worker"):
            audited(shop, IDLE, dataclasses.replace(DISK, volume_type="gp9"))
            assert idle().further_monthly_savings is None
            bill(load_bill(shop), "vol-5", "1", usage_type="EBS:VolumeUsage.gp9")
            price_again(connection_id=shop.id, at=AT)
            assert idle().further_monthly_savings == MONTH


def test_the_page_the_list_and_the_file_say_it(shop, organization, visit):
    audited(shop, IDLE, DISK, HELD)
    further = f"{idle().further_monthly_savings:.2f}"
    with acting_as("cf_web"):
        page = text_of(visit(organization, reverse("findings:finding", args=[idle().id])))
        listed = text_of(visit(organization, reverse("findings:list")))
        rows = csv.DictReader(io.StringIO(visit(organization, reverse("findings:csv")).content.decode("utf-8-sig")))
        by_rule = {row["rule_id"]: row for row in rows}
    assert "What depends on it" in page
    assert "Deleted with the instance." in page
    assert "Is free then, and charged on, until it is released." in page
    assert f"+ {further} USD" in page
    assert f"+ {further} USD with what depends on it" in listed
    assert "not in the sum" in listed
    assert by_rule["aws_ec2_instance_idle"]["further_monthly_savings"].startswith(further)
    assert by_rule["aws_ebs_volume_gp2_to_gp3"]["further_monthly_savings"] == ""
