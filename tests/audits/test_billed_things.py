"""A bill's lines, streamed, become what stands on the bill: nothing is lost, whatever the blocks they come in."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.billed import BilledResource, meter_of
from audits.billed_things import BilledThings, Span, written_lines
from audits.focus import WRITTEN_COLUMNS
from tests.findings.evidence import line

SPAN = Span(first=dt.date(2026, 10, 1), until=dt.date(2026, 10, 20))
ROW = {
    **dict.fromkeys(WRITTEN_COLUMNS, ""),
    "billing_period": "2026-10-01", "charge_date": "2026-10-05", "charge_days": "1", "billing_account_id": "9",
    "sub_account_id": "1", "provider_name": "AWS", "service_name": "EC2", "region_id": "eu-central-1",
    "resource_id": "i-1", "charge_category": "Usage", "charge_class": "", "charge_description": 'an hour, "on" demand',
    "sku_id": "S", "usage_type": "EUC1-BoxUsage:m5.large", "pricing_category": "Standard", "commitment_discount_id": "",
    "commitment_discount_status": "", "consumed_unit": "Hrs", "billing_currency": "USD", "invoice_id": "",
    "billed_cost": "0.1", "effective_cost": "0.1", "list_cost": "0.1", "contracted_cost": "0.1",
    "consumed_quantity": "1", "row_count": "1",
}  # fmt: skip
COVERED = {"commitment_discount_id": "plan", "commitment_discount_status": "Used", "billed_cost": "0"}


def blocks(rows, size=1 << 16):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([{**ROW, **row}[name] for name in WRITTEN_COLUMNS] for row in rows)
    content = text.getvalue().encode()
    return [content[start : start + size] for start in range(0, len(content), size)]


def things_of(rows, size=1 << 16):
    things = BilledThings(written_lines(blocks(rows, size)), SPAN)
    return list(things.resources()), list(things.commitments()), list(things.services())


def test_a_resource_has_all_of_its_charges_in_the_bills_own_words():
    (found,), _, _ = things_of([{"charge_date": "2026-10-06"}, {}])
    assert (found.resource_id, found.account_id, found.region, found.cloud) == ("i-1", "1", "eu-central-1", "aws")
    assert [one.charge_date.day for one in found.charges] == [5, 6]
    assert meter_of(found.charges[0]) == "BoxUsage:m5.large"
    assert found.observed_at == dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
    assert found.known_days == 19


@pytest.mark.parametrize("regions", [("", "eu-central-1"), ("eu-central-1", ""), ("eu-central-1", "us-east-1")])
def test_a_resource_is_of_the_first_region_that_a_charge_names(regions):
    (found,), _, _ = things_of([{"region_id": region} for region in regions])
    assert found.region == "eu-central-1"


def test_the_same_id_in_two_accounts_is_two_resources():
    found, _, _ = things_of([{}, {"sub_account_id": "2"}])
    assert [(one.account_id, len(one.charges)) for one in found] == [("1", 1), ("2", 1)]


def test_a_commitment_is_added_up_over_accounts_by_day_and_status():
    unused = {**COVERED, "commitment_discount_status": "Unused", "resource_id": "", "effective_cost": "0.03"}
    _, (found,), _ = things_of([COVERED, {**COVERED, "sub_account_id": "2"}, unused])
    assert found.resource_id == "plan"
    assert {one.commitment_discount_status: one.effective_cost for one in found.charges} == {
        "Used": Decimal("0.2"),
        "Unused": Decimal("0.03"),
    }


def test_a_commitment_is_no_resource_where_what_it_did_not_cover_stands_under_its_id():
    unused = {**COVERED, "commitment_discount_status": "Unused", "resource_id": "plan"}
    bought = {"commitment_discount_id": "plan", "charge_category": "Purchase", "resource_id": "plan"}
    resources, (found,), services = things_of([COVERED, unused, bought])
    assert [one.resource_id for one in resources] == ["i-1"]
    assert found.resource_id == "plan"
    assert sum(line.effective_cost for line in services[0].charges) == Decimal("0.3")


def test_a_purchase_of_a_commitment_is_no_use_of_it():
    bought = {"commitment_discount_id": "plan", "charge_category": "Purchase", "resource_id": ""}
    _, commitments, _ = things_of([bought])
    assert commitments == []


def test_a_service_is_added_up_by_account_whether_its_lines_name_a_resource_or_not():
    _, _, services = things_of([{}, {"resource_id": ""}, {"service_name": "S3"}, {"sub_account_id": "2"}])
    shown = {(one.account_id, one.resource_id): sum(c.effective_cost for c in one.charges) for one in services}
    assert shown == {("1", "EC2"): Decimal("0.2"), ("1", "S3"): Decimal("0.1"), ("2", "EC2"): Decimal("0.1")}


def test_two_currencies_are_never_added():
    _, _, (found,) = things_of([{}, {"billing_currency": "EUR"}])
    assert sorted((one.billing_currency, one.effective_cost) for one in found.charges) == [
        ("EUR", Decimal("0.1")), ("USD", Decimal("0.1"))]  # fmt: skip


def test_a_quantity_that_one_line_lacks_is_not_known_of_the_sum():
    _, _, (found,) = things_of([{}, {"consumed_quantity": ""}])
    assert [one.consumed_quantity for one in found.charges] == [None]


@given(
    names=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=5),
    size=st.integers(1, 40),
)
def test_blocks_may_be_cut_anywhere(names, size):
    """In the middle of a letter, a quotation mark or a line end inside a text."""
    rows = [{"charge_description": name, "resource_id": f"r{number}"} for number, name in enumerate(names)]
    found, _, _ = things_of(rows, size)
    assert [one.charges[0].charge_description for one in found] == names


def test_every_cost_of_the_bill_is_in_some_service():
    rows = [{"resource_id": f"r{n % 3}", "effective_cost": str(Decimal(n) / 7)[:20]} for n in range(50)]
    resources, _, services = things_of(sorted(rows, key=lambda row: row["resource_id"]))
    total = sum(Decimal(row["effective_cost"]) for row in rows)
    assert sum(c.effective_cost for one in services for c in one.charges) == total
    assert sum(c.effective_cost for one in resources for c in one.charges) == total


def thing(*charges, provider="AWS"):
    return BilledResource(
        resource_id="r", account_id="1", region="x", observed_at=dt.datetime(2026, 10, 20, tzinfo=dt.UTC),
        provider_name=provider, service_name="s", charges=charges, first=SPAN.first, until=SPAN.until,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "cloud"),
    [("AWS", "aws"), ("Amazon Web Services", "aws"), ("Microsoft", "azure"), ("Google Cloud", "gcp"), ("Oracle", "")],
)
def test_the_cloud_is_told_from_the_providers_name(provider, cloud):
    assert thing(provider=provider).cloud == cloud


@pytest.mark.parametrize(
    ("usage_type", "meter"),
    [
        ("EUC1-BoxUsage:m5.large", "BoxUsage:m5.large"),
        ("EU-NatGateway-Hours", "NatGateway-Hours"),
        ("USW2-VPN-Usage-Hours:ipsec.1", "VPN-Usage-Hours:ipsec.1"),
        ("VPN-Usage-Hours:ipsec.1", "VPN-Usage-Hours:ipsec.1"),
        ("DNS-Queries", "DNS-Queries"),
        ("EBS:VolumeUsage.gp3", "EBS:VolumeUsage.gp3"),
    ],
)
def test_only_a_regions_code_is_taken_off_a_meter(usage_type, meter):
    assert meter_of(line(dt.date(2026, 10, 5), "1", usage_type=usage_type)) == meter


def test_lines_are_those_for_usage_inside_the_complete_days():
    def of(day, **more):
        return line(dt.date(2026, 10, day), "1", usage_type="EUC1-Box", consumed_quantity=Decimal(2), **more)

    found = thing(of(5), of(19), of(20), of(19, charge_category="Tax"))
    assert [one.charge_date.day for one in found.lines("Box")] == [5, 19]
    assert [one.charge_date.day for one in found.lines("Box", days=1)] == [19]
    assert found.lines("Other") == ()
    assert found.by_day(found.lines(), days=3) == (0, 0, 2)
    assert found.cost_by_day(found.lines(), days=2) == (0, 1)
