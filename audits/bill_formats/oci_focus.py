"""Oracle Cloud's FOCUS cost report: FOCUS as it was before 1.0, with Oracle's own columns beside it.

It has no contracted cost, and other names for the provider, the region and what was used; the subcategory says what
FOCUS 1.0 tells by the commitment's status. The billed cost includes the overage (`oci_CostOverage`), and what is
attributed to other resources (`oci_AttributedCost`) is billed where it arose, so neither is added.
A report that has all columns of FOCUS 1.0 is read as FOCUS.
Source: Oracle, FOCUS cost report schema; FOCUS 1.0-preview, ChargeSubcategory and PricingCategory.
"""

from __future__ import annotations

from audits.bill_format import Absent, BillFormat, Mapped, same

KIND, DETAIL = "charge_category", "charge_subcategory"

OCI_FOCUS = BillFormat(
    id="oci_focus",
    title="Oracle Cloud FOCUS cost report",
    marks=(
        "billed_cost", "effective_cost", "list_cost", "billing_account_id", "billing_currency", "billing_period_start",
        KIND, "charge_period_start", "charge_period_end", "service_name",
        "oci_reference_number", "oci_compartment_id", "oci_overage_flag",
    ),
    names={
        "oci_reference_number": ("x_oci_ReferenceNumber",),
        "oci_compartment_id": ("x_oci_CompartmentId",),
        "oci_overage_flag": ("x_oci_OverageFlag",),
        "provider": ("Provider", "ProviderName"),
        "publisher": ("Publisher", "PublisherName"),
        "region": ("Region", "RegionId"),
        "usage_quantity": ("UsageQuantity", "ConsumedQuantity"),
        "usage_unit": ("UsageUnit", "ConsumedUnit"),
        "commitment_discount_status": ("CommitmentDiscountStatus",),
    },
    columns={
        "BilledCost": same("billed_cost"),
        "EffectiveCost": same("effective_cost"),
        "ListCost": same("list_cost"),
        "ContractedCost": Absent(reason="the report has no contracted cost"),
        "ConsumedQuantity": same("usage_quantity"),
        "ConsumedUnit": same("usage_unit"),
        "BillingAccountId": same("billing_account_id"),
        "SubAccountId": same("sub_account_id"),
        "BillingCurrency": same("billing_currency"),
        "BillingPeriodStart": same("billing_period_start"),
        "ChargePeriodStart": same("charge_period_start"),
        "ChargePeriodEnd": same("charge_period_end"),
        "InvoiceId": Absent(reason="the report names no invoice"),
        "ProviderName": same("provider", "publisher"),
        "ServiceName": same("service_name"),
        "RegionId": same("region"),
        "ResourceId": same("resource_id"),
        "ChargeCategory": Mapped(
            sources=(KIND, DETAIL),
            rule="as it is; Credit where the subcategory says so, which had no category of its own before FOCUS 1.0",
            sql=f"case when {KIND} = 'Adjustment' and {DETAIL} = 'Credit' then 'Credit' else {KIND} end",
        ),
        "ChargeClass": Absent(reason="the report does not say which rows correct an earlier invoice"),
        "ChargeDescription": same("charge_description"),
        "SkuId": same("sku_id"),
        "x_UsageType": Absent(reason="the report names no meter beside the SKU"),
        "PricingCategory": Mapped(
            sources=("pricing_category",),
            rule="Standard for On-Demand, Committed for Commitment-Based, all else as it is",
            sql="""case pricing_category when 'On-Demand' then 'Standard' when 'Commitment-Based' then 'Committed'
                else pricing_category end""",
        ),
        "CommitmentDiscountId": same("commitment_discount_id"),
        "CommitmentDiscountStatus": Mapped(
            sources=("commitment_discount_status", DETAIL),
            rule="as it is; without one, Used or Unused where the subcategory says so",
            sql=f"""coalesce(commitment_discount_status,
                case {DETAIL} when 'Used Commitment' then 'Used' when 'Unused Commitment' then 'Unused' end)""",
        ),
        "PricingQuantity": same("pricing_quantity"),
        "PricingUnit": same("pricing_unit"),
        "ListUnitPrice": same("list_unit_price"),
        "CommitmentDiscountQuantity": Absent(reason="the report does not give it"),
        "SkuPriceId": same("sku_price_id"),
        "BillingAccountName": same("billing_account_name"),
        "SubAccountName": same("sub_account_name"),
        "InvoiceIssuerName": same("invoice_issuer", "invoice_issuer_name"),
        "PublisherName": same("publisher"),
        "AvailabilityZone": same("availability_zone"),
        "ResourceName": same("resource_name"),
        "ResourceType": same("resource_type"),
        "ServiceCategory": same("service_category"),
        "CommitmentDiscountName": same("commitment_discount_name"),
        "CommitmentDiscountType": same("commitment_discount_type"),
        "CommitmentDiscountCategory": same("commitment_discount_category"),
        "Tags": same("tags"),
    },
)  # fmt: skip
