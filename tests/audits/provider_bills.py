"""Bills as providers write them, for tests: rows to begin from, and what reading them gives."""

import csv
import gzip
import io
from decimal import Decimal
from pathlib import Path

from audits.bill_format import Column, as_focus, missing_marks, read_as_text
from audits.dialect import Dialect

BILLS = Path(__file__).resolve().parent.parent / "recordings" / "bills"
DATASET = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"]


def focus_rows(database, bill_format, source, dialect=None):
    described = database.execute(f"describe select * from {source}").fetchall()
    columns = [
        Column(name=name, type=kind, expression=f'"{name}"') for name, kind, *_ in described if name != "filename"
    ]
    assert missing_marks(bill_format, columns) == []
    rows = as_focus(bill_format, read_as_text(bill_format, columns, source), dialect=dialect or Dialect())
    found = database.execute(rows)
    names = [name for name, *_ in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def csv_source(path):
    return f"read_csv('{path}', all_varchar = true, filename = true, nullstr = ['NULL', ''])"


def total(rows, name="BilledCost", **only):
    return sum(
        Decimal(row[name]) for row in rows if all(row[key] == value for key, value in only.items()) and row[name]
    )


def from_rows(database, tmp_path, bill_format, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return focus_rows(database, bill_format, csv_source(path))


LINE = {
    "bill/PayerAccountId": "999999999999",
    "bill/BillingPeriodStartDate": "2026-10-01T00:00:00Z",
    "bill/InvoiceId": "INV-1",
    "lineItem/UsageAccountId": "111111111111",
    "lineItem/LineItemType": "Usage",
    "lineItem/UsageStartDate": "2026-10-05T00:00:00Z",
    "lineItem/UsageEndDate": "2026-10-05T01:00:00Z",
    "lineItem/UsageType": "EUC1-BoxUsage:m5.large",
    "lineItem/UsageAmount": "1",
    "lineItem/UnblendedCost": "0.10",
    "lineItem/CurrencyCode": "USD",
    "lineItem/ResourceId": "i-1",
    "pricing/publicOnDemandCost": "0.10",
    "pricing/term": "OnDemand",
    "product/ProductName": "Amazon Elastic Compute Cloud",
}
PLAN = {"savingsPlan/SavingsPlanARN": "arn:aws:savingsplans::1:savingsplan/p"}
RESERVED = {"reservation/ReservationARN": "arn:aws:ec2:eu-central-1:1:reserved-instances/r"}


def line(kind, cost, **more):
    return {**LINE, "lineItem/LineItemType": kind, "lineItem/UnblendedCost": cost, **more}


def plan_of_one_hour():
    """A plan of 0.10 an hour without upfront payment: 0.07 of it used for what costs 0.10 on demand."""
    return [
        line("SavingsPlanCoveredUsage", "0.10", **PLAN, **{"savingsPlan/SavingsPlanEffectiveCost": "0.07"}),
        line("SavingsPlanNegation", "-0.10", **PLAN, **{"pricing/publicOnDemandCost": ""}),
        line("SavingsPlanRecurringFee", "0.10", **PLAN, **{
            "lineItem/ResourceId": PLAN["savingsPlan/SavingsPlanARN"],
            "savingsPlan/TotalCommitmentToDate": "0.10", "savingsPlan/UsedCommitment": "0.07"}),
    ]  # fmt: skip


AZURE = {
    "azure-ea-actual-cost.csv": ("Cost", "BilledCost", 11),
    "azure-ea-amortized-cost.csv": ("Cost", "EffectiveCost", 28),
    "azure-ea-anonymous.csv": ("CostInBillingCurrency", "BilledCost", 27),
}


AZURE_ROW = {
    "BillingAccountId": "8611537", "SubscriptionId": "sub-1", "Date": "10/05/2026", "MeterCategory": "Virtual Machines",
    "MeterId": "m1", "MeterName": "D2", "Quantity": "2", "UnitPrice": "0.5", "PayGPrice": "0.6", "UnitOfMeasure": "1 Hour",
    "CostInBillingCurrency": "1.0", "BillingCurrencyCode": "EUR", "BillingPeriodStartDate": "10/01/2026",
    "BillingPeriodEndDate": "10/31/2026",
    "ChargeType": "Usage", "PricingModel": "OnDemand", "ResourceId": "/Subscriptions/S/VM", "ResourceLocation": "US East",
    "ProductName": "D2", "benefitId": "", "ReservationId": "",
}  # fmt: skip
RESERVATION = {"PricingModel": "Reservation", "benefitId": "/providers/Microsoft.Capacity/R"}


def azure(**changes):
    return {**AZURE_ROW, **changes}


GCP_ROW = {
    "billing_account_id": "01AB-CD",
    "service": {"id": "6F81", "description": "Compute Engine"},
    "sku": {"id": "S-1", "description": "N2 Instance Core running in Frankfurt"},
    "usage_start_time": "2026-10-05 07:00:00 UTC",
    "usage_end_time": "2026-10-05 08:00:00 UTC",
    "project": {"id": "shop-prod", "number": "12", "name": "Shop"},
    "location": {"location": "europe-west3", "region": "europe-west3"},
    "cost": 1.0,
    "currency": "EUR",
    "usage": {"amount": 3600.0, "unit": "seconds"},
    "credits": [],
    "invoice": {"month": "202610"},
    "cost_type": "regular",
    "resource": {"name": "vm-1", "global_name": "//compute.googleapis.com/projects/12/zones/z/instances/34"},
}


def credit(kind, amount):
    return {"id": f"id of {kind}", "name": f"name of {kind}", "type": kind, "amount": amount}


# As Oracle's documentation of the report has its columns, one row of usage.
OCI_ROW = {
    "AvailabilityZone": "AD-1", "BilledCost": "0.0255", "BillingAccountId": "7654321", "BillingAccountName": "",
    "BillingCurrency": "EUR", "BillingPeriodEnd": "2026-11-01T00:00Z", "BillingPeriodStart": "2026-10-01T00:00Z",
    "ChargeCategory": "Usage", "ChargeDescription": "Block Volume - Storage", "ChargeFrequency": "Usage-Based",
    "ChargePeriodEnd": "2026-10-05T08:00Z", "ChargePeriodStart": "2026-10-05T07:00Z", "ChargeSubcategory": "On-Demand",
    "CommitmentDiscountCategory": "", "CommitmentDiscountId": "", "CommitmentDiscountName": "",
    "CommitmentDiscountType": "", "EffectiveCost": "0.0255", "InvoiceIssuer": "Oracle", "ListCost": "0.03",
    "ListUnitPrice": "0.03", "PricingCategory": "On-Demand", "PricingQuantity": "1", "PricingUnit": "GB-Month",
    "Provider": "Oracle", "Publisher": "Oracle", "Region": "eu-frankfurt-1", "ResourceId": "ocid1.volume.oc1..a",
    "ResourceName": "", "ResourceType": "", "ServiceCategory": "Storage", "ServiceName": "BLOCK_STORAGE",
    "SkuId": "B91961", "SkuPriceId": "", "SubAccountId": "ocid1.tenancy.oc1..t", "SubAccountName": "shop",
    "Tags": '{"Oracle-Tags.CreatedBy": "a"}', "UsageQuantity": "3600", "UsageUnit": "GB-Seconds",
    "oci_ReferenceNumber": "V2.R1", "oci_CompartmentId": "ocid1.compartment.oc1..c", "oci_CompartmentName": "prod",
    "oci_OverageFlag": "N", "oci_UnitPriceOverage": "", "oci_BilledQuantityOverage": "", "oci_CostOverage": "",
    "oci_AttributedUsage": "", "oci_AttributedCost": "9.99", "oci_BackReferenceNumber": "",
}  # fmt: skip


def text_of(rows, *, delimiter=",", mark="."):
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def totals(report, column="billed_cost"):
    """By currency, over all periods."""
    found = {}
    for period in report["periods"]:
        for currency, sums in period["totals"].items():
            found[currency] = found.get(currency, 0) + Decimal(sums[column])
    return found


def plain_sum(path, column):
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return sum(Decimal(row[column]) for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
