"""Azure's cost exports become FOCUS rows that add up to their cost."""

import csv
from decimal import Decimal

import duckdb
import pytest

from audits.bill_formats import AZURE_COST
from audits.dialect import Dialect
from tests.audits.provider_bills import (
    AZURE,
    BILLS,
    DATASET,
    RESERVATION,
    azure,
    csv_source,
    focus_rows,
    from_rows,
    total,
)


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


@pytest.mark.parametrize("name", AZURE)
def test_an_azure_export_adds_up_to_its_cost(database, name):
    cost, as_focus_name, count = AZURE[name]
    rows = focus_rows(database, AZURE_COST, csv_source(BILLS / name))
    with (BILLS / name).open(encoding="utf-8-sig", newline="") as file:
        expected = sum(Decimal(row[cost]) for row in csv.DictReader(file))
    assert len(rows) == count
    assert total(rows, as_focus_name) == expected != 0


@pytest.mark.parametrize("name", AZURE)
def test_quantity_times_effective_price_is_the_cost_so_no_block_of_units_comes_between(name):
    """Why the unit price is multiplied with the quantity as it stands, though its unit says 10K."""
    cost = AZURE[name][0]
    with (BILLS / name).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            expected = Decimal(row["Quantity"]) * Decimal(row["EffectivePrice"])
            assert abs(expected - Decimal(row[cost])) <= abs(expected) / 10, row


def test_an_azure_row_on_demand(database, tmp_path):
    (row,) = from_rows(database, tmp_path, AZURE_COST, [azure()])
    assert [row[name] for name in DATASET] == ["1.0", "1.0", "1.200000000000", "1.000000000000"]
    assert row["ResourceId"] == "/subscriptions/s/vm"
    assert row["RegionId"] == "useast"
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == ("2026-10-05", "2026-10-06")
    assert (row["PricingCategory"], row["CommitmentDiscountStatus"]) == ("Standard", None)


def test_an_azure_commitment_in_amortised_cost_is_not_billed_again(database, tmp_path):
    rows = from_rows(database, tmp_path, AZURE_COST, [
        azure(CostInBillingCurrency="0.7", **RESERVATION),
        azure(CostInBillingCurrency="0.3", ChargeType="UnusedReservation", **RESERVATION),
    ])  # fmt: skip
    assert total(rows) == 0
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Used") == Decimal("0.7")
    assert total(rows, "EffectiveCost", CommitmentDiscountStatus="Unused") == Decimal("0.3")
    assert {row["CommitmentDiscountId"] for row in rows} == {"/providers/microsoft.capacity/r"}


def test_an_azure_purchase_is_billed_and_has_no_effective_cost(database, tmp_path):
    bought, refunded = from_rows(database, tmp_path, AZURE_COST, [
        azure(CostInBillingCurrency="100", ChargeType="Purchase", **RESERVATION),
        azure(CostInBillingCurrency="-40", ChargeType="Refund", **RESERVATION),
    ])  # fmt: skip
    assert (bought["BilledCost"], bought["EffectiveCost"], bought["ChargeCategory"]) == ("100", "0", "Purchase")
    assert (refunded["BilledCost"], refunded["EffectiveCost"], refunded["ChargeClass"]) == ("-40", "0", "Correction")


def test_a_price_of_nothing_is_no_list_price(database, tmp_path):
    (row,) = from_rows(database, tmp_path, AZURE_COST, [azure(PayGPrice="0")])
    assert row["ListCost"] is None


def test_prices_in_the_pricing_currency_are_taken_into_the_billing_currency(database, tmp_path):
    """A customer agreement prices in dollars what it may bill in euros; the row says at which rate."""
    euros = {"BillingCurrency": "EUR", "PricingCurrency": "USD", "CostInBillingCurrency": "0.9"}
    priced, billed, without_rate = from_rows(database, tmp_path, AZURE_COST, [
        azure(**euros, exchangeRatePricingToBilling="0.9"),
        azure(BillingCurrency="USD", PricingCurrency="USD", exchangeRatePricingToBilling="0.9"),
        azure(**euros),
    ])  # fmt: skip
    assert [priced[name] for name in DATASET] == ["0.9", "0.9", "1.080000000000", "0.900000000000"]
    assert [billed[name] for name in DATASET] == ["1.0", "1.0", "1.200000000000", "1.000000000000"]
    assert [without_rate[name] for name in DATASET] == ["0.9", "0.9", None, None]


def test_a_german_azure_export_is_read_in_its_language(database, tmp_path):
    path = tmp_path / "de.csv"
    row = azure(
        Date="05.10.2026",
        BillingPeriodStartDate="01.10.2026",
        BillingPeriodEndDate="31.10.2026",
        CostInBillingCurrency="1.234,5",
        Quantity="0,5",
    )
    path.write_text(";".join(row) + "\n" + ";".join(row.values()) + "\n")
    source = csv_source(path).replace("all_varchar", "delim = ';', all_varchar")
    (found,) = focus_rows(database, AZURE_COST, source, Dialect(decimal_mark=",", is_day_first=True))
    assert (found["BilledCost"], found["ConsumedQuantity"]) == ("1234.5", "0.5")
    assert found["ChargePeriodStart"] == "2026-10-05"
