"""What the provider's own advisors, its price list and its commitments say, heard through real clients."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import bill, bill_commitments, focus, names, opinions, prices, shapes
from sandbox.aws.estate import billing_periods, build
from tests.sandbox.test_estate import AS_OF

# What moto answers of what an audit reads, with what it is asked.
MOTO: dict[str, dict[str, dict[str, list[str]]]] = {
    "ec2": {
        "DescribeInstances": {},
        "DescribeVolumes": {},
        "DescribeSnapshots": {"OwnerIds": ["self"]},
        "DescribeImages": {"Owners": ["self"]},
        "DescribeRegions": {},
    },
    "elbv2": {"DescribeLoadBalancers": {}, "DescribeTargetGroups": {}},
    "account": {"ListRegions": {}},
    "bcm-data-exports": {"ListExports": {}},
}
PAGED = [
    ("ec2", "describe_capacity_reservations", "CapacityReservations", {}),
    ("cost-optimization-hub", "list_recommendations", "items", {}),
    ("trustedadvisor", "list_recommendations", "recommendationSummaries", {}),
    ("pricing", "get_products", "PriceList", {"ServiceCode": "AmazonEC2"}),
]


def method(operation):
    words = "".join(f"_{one.lower()}" if one.isupper() else one for one in operation)
    return words.removeprefix("_")


@pytest.mark.parametrize(("service", "operation"), [(s, o) for s, asked in MOTO.items() for o in asked])
def test_what_the_front_passes_on_fits_its_model_too(sessions, service, operation):
    answer = getattr(sessions.read(service), method(operation))(**MOTO[service][operation])
    answer.pop("ResponseMetadata")
    assert answer
    assert shapes.problems(service, operation, answer) == []


@pytest.mark.parametrize("asked", PAGED, ids=lambda asked: f"{asked[0]}:{asked[1]}")
def test_a_real_clients_paginator_reads_short_pages_to_the_end(calm, sessions, asked):
    service, operation, key, arguments = asked
    client = sessions.read(service)
    whole = [one for page in client.get_paginator(operation).paginate(**arguments) for one in page[key]]
    calm.set_page_size(2)
    pages = [page[key] for page in client.get_paginator(operation).paginate(**arguments)]
    assert [one for page in pages for one in page] == whole
    assert len(pages) == -(-len(whole) // 2) > 1


def test_a_call_needs_its_permission_and_is_booked(cloud, sessions):
    keys = sessions.reader(names.PAYER)
    before = len(cloud.calls())
    sessions.client("savingsplans", keys=keys).describe_savings_plans()
    with pytest.raises(ClientError) as refused:
        sessions.client("savingsplans", keys=keys).create_savings_plan(savingsPlanOfferingId="x", commitment="1")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    fine, denied = cloud.calls(since=before)[-2:]
    assert (fine["action"], fine["outcome"]) == ("savingsplans:DescribeSavingsPlans", "OK")
    assert (denied["action"], denied["outcome"]) == ("savingsplans:CreateSavingsPlan", "denied")


def test_trouble_on_demand_strikes_what_families_answer(calm, sessions):
    calm.fault("throttle", service="compute-optimizer", count=1)
    client = sessions.read("compute-optimizer")
    with pytest.raises(ClientError) as refused:
        client.get_enrollment_status()
    assert refused.value.response["Error"]["Code"] == "ThrottlingException"
    assert client.get_enrollment_status()["status"] == "Active"


def test_who_has_not_enrolled_and_who_has_no_support_hears_it(sessions):
    lab = sessions.read("compute-optimizer", account=names.LAB)
    assert lab.get_enrollment_status()["status"] == "Inactive"
    for client, call in (
        (lab, "get_ec2_instance_recommendations"),
        (sessions.read("cost-optimization-hub", account=names.LAB), "list_recommendations"),
        (sessions.read("trustedadvisor", account=names.PAYER), "list_recommendations"),
    ):
        with pytest.raises(ClientError) as refused:
            getattr(client, call)()
        assert refused.value.response["Error"]["Code"] in {"OptInRequiredException", "AccessDeniedException"}


def test_a_service_with_one_home_is_not_answered_elsewhere(sessions):
    with pytest.raises(ClientError) as refused:
        sessions.read("cost-optimization-hub", "eu-west-1").list_recommendations()
    assert refused.value.response["Error"]["Code"] == "UnknownEndpoint"


def test_the_payer_hears_of_all_members_and_a_member_of_itself(sessions):
    def accounts(account):
        pages = sessions.read("cost-optimization-hub", account=account).get_paginator("list_recommendations").paginate()
        return {one["accountId"] for page in pages for one in page["items"]}

    assert accounts(names.PAYER) == {names.PAYER, names.SHOP}
    assert accounts(names.SHOP) == {names.SHOP}


def test_the_savings_plan_is_the_one_that_the_bill_is_covered_by(sessions):
    estate = build(seed=7, as_of=AS_OF)
    plans = sessions.read("savingsplans", account=names.PAYER).describe_savings_plans(states=["active"])
    (plan,) = [one for one in plans["savingsPlans"] if one["savingsPlanArn"] == focus.SAVINGS_PLAN_ARN]
    assert plan["savingsPlanArn"] == focus.SAVINGS_PLAN_ARN
    day = (AS_OF - timedelta(days=1)).date()
    used = sum(bill.amount(c, day).effective for item in estate.items for c in item.charges if c.is_covered)
    assert abs(Decimal(plan["commitment"]) * 24 - used - bill_commitments.UNUSED_PER_DAY) < Decimal("0.000001")
    of_member = sessions.read("savingsplans").describe_savings_plans()["savingsPlans"]
    assert of_member
    assert all(f"::{names.SHOP}:" in one["savingsPlanArn"] for one in of_member)


def test_reserved_machines_that_run_are_on_the_bill_with_what_goes_unused_and_others_are_not(sessions):
    estate = build(seed=7, as_of=AS_OF)
    rows = [row for period in billing_periods(AS_OF) for row in bill.rows(estate, period)]
    told = sessions.read("ec2", account=names.SHOP).describe_reserved_instances()["ReservedInstances"]
    assert {one["State"] for one in told} >= {"active", "retired", "queued"}
    billed = 0
    for one in told:
        mine = [row for row in rows if row["CommitmentDiscountId"].endswith(f"/{one['ReservedInstancesId']}")]
        of_month = [row for row in mine if row["BillingPeriodStart"].startswith("2026-11")]
        billed += bool(of_month)
        assert one["State"] == "active" or not of_month
        if of_month:
            bought, paid = (sum(Decimal(row[cost]) for row in of_month) for cost in ("BilledCost", "EffectiveCost"))
            [fee, left] = (row for row in of_month if row["CommitmentDiscountStatus"] != "Used")
            hourly, days = Decimal(str(one["RecurringCharges"][0]["Amount"])), int(fee["PricingQuantity"]) / 24
            assert bought == paid == hourly * 24 * one["InstanceCount"] * int(days)
            assert left["ChargePeriodEnd"] == fee["ChargePeriodEnd"] > f"{AS_OF:%Y-%m-%d}"
            assert left["ResourceId"] == left["CommitmentDiscountId"]
    assert billed > 5


def test_capacity_that_is_kept_free_is_on_the_bill_and_what_is_used_is_not():
    estate = build(seed=7, as_of=AS_OF)
    for item in estate.of("capacity_reservation"):
        is_free = item.case in {
            "capacity_unused",
            "capacity_partly_used",
            "capacity_new",
            "capacity_cancelled",
            "capacity_unmeasured",
        }
        assert bool(item.charges) == is_free
        if item.case == "capacity_unused":
            assert item.charges[0].per_day == 24 * item.shape["AvailableInstanceCount"]
    rows = [row for row in bill.rows(estate, billing_periods(AS_OF)[1]) if row["CapacityReservationId"]]
    assert {row["CapacityReservationStatus"] for row in rows} == {"Unused"}
    assert all(row["ResourceId"] == row["CapacityReservationId"] for row in rows)
    assert rows


def test_the_price_list_has_the_prices_that_the_bill_has(sessions):
    client = sessions.read("pricing")
    wanted = {"instanceType": "m5.large", "regionCode": "eu-west-1"}
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    (listed,) = client.get_products(ServiceCode="AmazonEC2", Filters=filters)["PriceList"]
    ((_, term),) = json.loads(listed)["terms"]["OnDemand"].items()
    ((_, dimension),) = term["priceDimensions"].items()
    assert Decimal(dimension["pricePerUnit"]["USD"]) == prices.INSTANCE_HOUR["m5.large"]["eu-west-1"]


@pytest.mark.parametrize("seed", [7, 8, 4711])
def test_the_advisors_agree_with_the_truth_in_part_and_not_in_all(seed):
    estate = build(seed=seed, as_of=AS_OF)
    said = {(one.item.native_id, one.action) for one in opinions.all_of(estate)}
    stopped = {native_id for native_id, action in said if action == "Stop"}
    upgraded = {native_id for native_id, action in said if action == "Upgrade"}
    enrolled = [item for item in estate.items if item.account in opinions.ENROLLED and item.is_in_inventory]
    idle = {item.native_id for item in enrolled if names.INSTANCE_IDLE in item.wastes}
    old = {item.native_id for item in enrolled if names.GP2_TO_GP3 in item.wastes}
    fine = {item.native_id for item in enrolled if item.fines}
    assert idle & stopped, "they see some of what is idle"
    assert stopped & fine, "they call idle what is in order"
    assert old & upgraded, "they see some of the old volumes"
    assert old - upgraded, "they keep silent on others"
    assert all(0 < one.saving <= one.cost for one in opinions.all_of(estate))
