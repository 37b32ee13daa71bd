"""AWS reports become FOCUS rows that add up to the unblended cost."""

import csv
import gzip
from decimal import Decimal

import duckdb
import pytest

from audits.bill_format import squashed
from audits.bill_formats import AWS_CUR
from tests.audits.provider_bills import (
    BILLS,
    DATASET,
    PLAN,
    RESERVED,
    csv_source,
    focus_rows,
    from_rows,
    line,
    plan_of_one_hour,
    total,
)


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def test_the_anonymous_report_of_aws_adds_up_to_its_unblended_cost(database):
    path = BILLS / "aws-cur-anonymous.csv.gz"
    rows = focus_rows(database, AWS_CUR, csv_source(path))
    with gzip.open(path, "rt") as file:
        expected = sum(Decimal(row["lineItem/UnblendedCost"]) for row in csv.DictReader(file))
    assert len(rows) == 1281
    assert total(rows) == total(rows, "EffectiveCost") == expected == Decimal("1.68230869740")
    assert {row["ChargeCategory"] for row in rows} == {"Usage", "Tax"}


def test_what_a_savings_plan_covers_is_billed_once_and_its_effective_cost_equals_its_purchase(database, tmp_path):
    rows = from_rows(database, tmp_path, AWS_CUR, plan_of_one_hour())
    assert total(rows) == Decimal("0.10"), "the invoice has the fee alone"
    assert total(rows, CommitmentDiscountStatus="Used") == 0
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Used") == Decimal("0.07")
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Unused") == Decimal("0.03")
    assert total(rows, "EffectiveCost") == total(rows, "BilledCost", ChargeCategory="Purchase") == Decimal("0.10")
    assert {row["CommitmentDiscountId"] for row in rows if row["ChargeCategory"] != "Adjustment"} == {*PLAN.values()}


def test_the_halves_of_a_negation_stand_apart_from_the_resource_and_cancel_out(database, tmp_path):
    rows = from_rows(database, tmp_path, AWS_CUR, plan_of_one_hour())
    halves = [row for row in rows if row["ChargeCategory"] == "Adjustment"]
    assert [row["BilledCost"] for row in halves] == ["0.10", "-0.10"]
    assert {row["ResourceId"] for row in halves} == {None}
    same = {name: {row[name] for row in halves} for name in halves[0] if name not in {"BilledCost", "is_own_row"}}
    assert [name for name, values in same.items() if len(values) > 1] == [], "or they would stay two lines"


def test_a_negation_that_takes_back_less_than_was_billed_leaves_the_rest_on_the_bill(database, tmp_path):
    covered, negation, fee = plan_of_one_hour()
    rows = from_rows(database, tmp_path, AWS_CUR, [covered, {**negation, "lineItem/UnblendedCost": "-0.0999"}, fee])
    assert total(rows) == Decimal("0.1001")


def test_a_reservation_spreads_its_fee_over_use_and_what_was_not_used(database, tmp_path):
    rows = from_rows(database, tmp_path, AWS_CUR, [
        line("DiscountedUsage", "0", **RESERVED, **{"reservation/EffectiveCost": "0.06", "pricing/term": "Reserved"}),
        line("RIFee", "0.08", **RESERVED, **{
            "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "0.005", "reservation/UnusedRecurringFee": "0.015"}),
    ])  # fmt: skip
    assert total(rows) == total(rows, "EffectiveCost") == Decimal("0.08")
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Unused") == Decimal("0.020")
    assert total(rows, "ContractedCost", CommitmentDiscountStatus="Used") == Decimal("0.10")
    unused = next(row for row in rows if row["CommitmentDiscountStatus"] == "Unused")
    assert (unused["ConsumedQuantity"], unused["ResourceId"], unused["ChargeCategory"]) == (None, None, "Usage")


def test_an_upfront_fee_is_a_purchase_without_effective_cost(database, tmp_path):
    rows = from_rows(database, tmp_path, AWS_CUR, [
        line("Fee", "500", **RESERVED), line("SavingsPlanUpfrontFee", "300", **PLAN), line("Fee", "29")])  # fmt: skip
    assert [(row["ChargeCategory"], row["BilledCost"], row["EffectiveCost"]) for row in rows] == [
        ("Purchase", "500", "0"), ("Purchase", "300", "0"), ("Purchase", "29", "29")]  # fmt: skip


KINDS = {
    "Usage": "Usage", "Fee": "Purchase", "FlatRateSubscription": "Purchase", "Tax": "Tax", "Credit": "Credit", "Refund": "Adjustment",
    "EdpDiscount": "Usage", "BundledDiscount": "Usage", "PrivateRateDiscount": "Usage",
    "SppDiscount": "Usage", "DistributorDiscount": "Usage", "Something new": "Adjustment",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "category"), KINDS.items())
def test_every_kind_of_line_keeps_its_cost_and_has_a_category(database, tmp_path, kind, category):
    (row,) = from_rows(database, tmp_path, AWS_CUR, [line(kind, "-1.5")])
    assert (row["ChargeCategory"], row["BilledCost"], row["EffectiveCost"]) == (category, "-1.5", "-1.5")


def test_a_discount_lowers_the_contracted_cost_and_not_the_list_cost(database, tmp_path):
    rows = from_rows(database, tmp_path, AWS_CUR, [line("Usage", "0.10"), line("EdpDiscount", "-0.01")])
    assert [total(rows, name) for name in DATASET] == [Decimal(one) for one in ("0.09", "0.09", "0.10", "0.09")]


NET, NO_RESOURCE = "lineItem/NetUnblendedCost", {"lineItem/ResourceId": ""}
NET_COSTS = {
    "savingsPlan/SavingsPlanEffectiveCost": "savingsPlan/NetSavingsPlanEffectiveCost",
    "savingsPlan/RecurringCommitmentForBillingPeriod": "savingsPlan/NetRecurringCommitmentForBillingPeriod",
    "savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod": (
        "savingsPlan/NetAmortizedUpfrontCommitmentForBillingPeriod"
    ),
    "reservation/EffectiveCost": "reservation/NetEffectiveCost",
    "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": (
        "reservation/NetUnusedAmortizedUpfrontFeeForBillingPeriod"
    ),
    "reservation/UnusedRecurringFee": "reservation/NetUnusedRecurringFee",
}


def contract(*, lacks=()):
    """An hour of everything at a discount of a tenth, which stands on rows of no resource and in the net columns."""
    covered, negation, fee = plan_of_one_hour()
    fee |= {"savingsPlan/RecurringCommitmentForBillingPeriod": "0.06",
            "savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod": "0.04", **NO_RESOURCE}  # fmt: skip
    charges = [
        line("Usage", "0.20"), covered, negation, fee,
        line("DiscountedUsage", "0", **RESERVED, **{"reservation/EffectiveCost": "0.06"}),
        line("RIFee", "0.08", **RESERVED, **NO_RESOURCE, **{
            "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "0.005", "reservation/UnusedRecurringFee": "0.015"}),
    ]  # fmt: skip
    off = {"Usage": "-0.020", "SavingsPlanRecurringFee": "-0.010", "RIFee": "-0.008"}
    rows = [
        {**row, NET: tenth_off(row["lineItem/UnblendedCost"]),
         **{net: tenth_off(row[gross]) for gross, net in NET_COSTS.items() if gross in row}}
        for row in charges
    ] + [line("EdpDiscount", one, **NO_RESOURCE, **{NET: "0.0000"}) for one in off.values()]  # fmt: skip
    return [{name: value for name, value in row.items() if name not in lacks} for row in rows]


def tenth_off(cost):
    return str(Decimal(cost) * Decimal("0.9"))


def test_a_report_with_net_costs_has_a_contracts_discount_on_each_resource_and_not_twice(database, tmp_path):
    rows = from_rows(database, tmp_path, AWS_CUR, contract())
    assert total(rows) == total(rows, "EffectiveCost") == Decimal("0.342"), "0.38 less a tenth, as on the invoice"
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus=None, ResourceId="i-1") == Decimal("0.18")
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Used") == Decimal("0.063") + Decimal("0.054")
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Unused") == Decimal("0.027") + Decimal("0.018")
    assert total(rows, "BilledCost", ResourceId="i-1") == Decimal("0.20"), "what is billed is the unblended cost"
    assert [row["EffectiveCost"] for row in rows if Decimal(row["BilledCost"]) < 0] == [
        "0",
        "0.0000",
        "0.0000",
        "0.0000",
    ]


def test_without_the_net_cost_of_a_row_discounts_are_on_rows_of_their_own_alone(database, tmp_path):
    rows = from_rows(database, tmp_path, AWS_CUR, contract(lacks=[NET]))
    assert total(rows) == total(rows, "EffectiveCost") == Decimal("0.342")
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus=None, ResourceId="i-1") == Decimal("0.20")
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Used") == Decimal("0.13")
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Unused") == Decimal("0.05")


@pytest.mark.parametrize("gross", NET_COSTS)
def test_a_net_column_that_a_report_lacks_leaves_its_own_cost_before_discounts(database, tmp_path, gross):
    rows = from_rows(database, tmp_path, AWS_CUR, contract(lacks=[NET_COSTS[gross]]))
    (before,) = {Decimal(row[gross]) for row in contract() if gross in row}
    if gross.startswith("savingsPlan/") and "Commitment" in gross:
        before *= Decimal("0.3")  # of the fee three tenths are not used
    assert total(rows, "EffectiveCost") == Decimal("0.342") + before / 10
    assert total(rows) == Decimal("0.342")


def test_the_hours_of_a_plans_fee_have_the_same_net_cost_together_as_each(database, tmp_path):
    _, _, fee = plan_of_one_hour()
    fee |= {NET: "0.2", "savingsPlan/RecurringCommitmentForBillingPeriod": "0.3",
            "savingsPlan/NetRecurringCommitmentForBillingPeriod": "0.2"}  # fmt: skip
    used = [Decimal(f"0.0{hour:02}1234567") for hour in range(24)]
    hours = [{**fee, "savingsPlan/UsedCommitment": str(one)} for one in used]
    day = {**fee, "savingsPlan/TotalCommitmentToDate": "2.4", "savingsPlan/UsedCommitment": str(sum(used))}
    each, together = (from_rows(database, tmp_path, AWS_CUR, rows) for rows in (hours, [day]))
    assert total(each, "EffectiveCost") == total(together, "EffectiveCost")
    assert total(each, "EffectiveCost") == (Decimal("2.4") - sum(used)) * Decimal("0.666667")


def test_a_row_without_a_net_cost_has_its_unblended_cost_and_one_that_is_no_number_is_handed_on(database, tmp_path):
    rows = [line("Usage", "0.10", **{NET: net}) for net in ("", "0", "n/a")]
    assert [row["EffectiveCost"] for row in from_rows(database, tmp_path, AWS_CUR, rows)] == ["0.10", "0", "n/a"]


@pytest.mark.parametrize("column", ["Net", ""])
def test_a_share_of_what_is_no_number_is_handed_on_to_be_refused(database, tmp_path, column):
    _, _, fee = plan_of_one_hour()
    told = {f"savingsPlan/{one}RecurringCommitmentForBillingPeriod": "0.1" for one in ("", "Net")}
    fee |= {NET: "0.09", **told, f"savingsPlan/{column}RecurringCommitmentForBillingPeriod": "n/a"}
    rows = from_rows(database, tmp_path, AWS_CUR, [fee])
    assert [row["EffectiveCost"] for row in rows] == ["0", "n/a"]


def test_a_sum_over_what_is_no_number_is_handed_on_to_be_refused(database, tmp_path):
    fee = line("RIFee", "0.08", **RESERVED, **{"reservation/UnusedRecurringFee": "n/a"})
    rows = from_rows(database, tmp_path, AWS_CUR, [fee])
    assert [row["EffectiveCost"] for row in rows] == ["0", "n/a"]


@pytest.mark.parametrize("kind", ["map", "json"])
def test_cur_2_has_the_same_columns_in_small_letters_and_products_in_a_map(database, tmp_path, kind):
    path = tmp_path / "cur2"
    product = (
        "map {'product_name': 'Amazon S3', 'sku': 'X'}"
        if kind == "map"
        else """'{"product_name": "Amazon S3", "sku": "X"}'"""
    )
    how = "parquet" if kind == "map" else "csv"
    database.execute(
        f"""copy (select '9' as bill_payer_account_id, timestamp '2026-10-01' as bill_billing_period_start_date,
            '1' as line_item_usage_account_id, 'Usage' as line_item_line_item_type, 'eu-central-1' as product_region_code,
            timestamp '2026-10-05' as line_item_usage_start_date, timestamp '2026-10-06' as line_item_usage_end_date,
            0.1::double as line_item_unblended_cost, 0.09::double as line_item_net_unblended_cost, 'USD' as line_item_currency_code, {product} as product,
            map {{'user_team': 'shop'}} as resource_tags) to '{path}' (format {how})"""
    )
    source = f"read_parquet('{path}', filename = true)" if kind == "map" else csv_source(path)
    (row,) = focus_rows(database, AWS_CUR, source)
    assert (row["ServiceName"], row["SkuId"], row["RegionId"]) == ("Amazon S3", "X", "eu-central-1")
    assert (row["BilledCost"], row["EffectiveCost"]) == ("0.1", "0.09")
    assert row["ChargePeriodStart"] == "2026-10-05 00:00:00"


def test_the_spelling_of_the_old_parquet_report_is_known_too():
    assert squashed("savings_plan_savings_plan_a_r_n") == squashed("savingsPlan/SavingsPlanARN")
    assert squashed("pricing_public_on_demand_cost") == squashed("pricing/publicOnDemandCost")
