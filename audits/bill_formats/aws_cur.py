"""AWS Cost and Usage Report: legacy (CSV, Parquet) and 2.0, whose columns differ in spelling alone.

Billed cost is the unblended cost, which adds up to the invoice. What a Savings Plan covers is billed at its on-demand
price and taken back by a negation; FOCUS bills it at 0, so both halves are booked apart from the resource and cancel
out. A commitment's recurring fee is a purchase of no effective cost, and what of it was not used is a row of its own.
Effective cost is net where the report says it: AWS takes a contract's discounts off each row there, and nothing is left
of the rows of their own that they have among the unblended costs, by account and SKU and often of no resource.
Source: AWS, data dictionary of the Cost and Usage Report; FOCUS 1.2, ChargeCategory and CommitmentDiscountStatus.
"""

from __future__ import annotations

from audits.bill_format import CHARGE, Absent, Alike, BillFormat, Mapped, constant, same, share_of, sum_of

KIND, UNBLENDED = "line_item_line_item_type", "line_item_unblended_cost"
NET = "line_item_net_unblended_cost"
ON_DEMAND = "pricing_public_on_demand_cost"
PLAN, RESERVATION = "savings_plan_savings_plan_arn", "reservation_reservation_arn"
COVERED_BY_PLAN, COVERED_BY_RESERVATION = "'SavingsPlanCoveredUsage'", "'DiscountedUsage'"
NEGATION = "'SavingsPlanNegation'"
FEES = "'RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee'"
RECURRING = "'RIFee', 'SavingsPlanRecurringFee'"
DISCOUNTS = (
    "'BundledDiscount', 'Discount', 'DistributorDiscount', 'EdpDiscount', 'PrivateRateDiscount', 'RiVolumeDiscount', "
    "'SppDiscount'"
)
USAGES = f"'Usage', {COVERED_BY_PLAN}, {COVERED_BY_RESERVATION}, {DISCOUNTS}"
IS_UPFRONT = f"({KIND} = 'Fee' and {RESERVATION} is not null)"
TAKEN_BACK, UNUSED = "'taken back'", "'unused'"
IS_NEGATION = f"(piece = {TAKEN_BACK} or {KIND} = {NEGATION})"
IS_USE = f"(piece = '{CHARGE}' and {KIND} in ('Usage', {COVERED_BY_PLAN}, {COVERED_BY_RESERVATION}))"
PLAN_EFFECTIVE, RESERVATION_EFFECTIVE = "savings_plan_savings_plan_effective_cost", "reservation_effective_cost"
UNUSED_UPFRONT = "reservation_unused_amortized_upfront_fee_for_billing_period"
UNUSED_RECURRING = "reservation_unused_recurring_fee"
COMMITTED, USED = "savings_plan_total_commitment_to_date", "savings_plan_used_commitment"
FEE_UPFRONT = "savings_plan_amortized_upfront_commitment_for_billing_period"
FEE_RECURRING = "savings_plan_recurring_commitment_for_billing_period"
NETS = {
    PLAN_EFFECTIVE: "savings_plan_net_savings_plan_effective_cost",
    RESERVATION_EFFECTIVE: "reservation_net_effective_cost",
    UNUSED_UPFRONT: "reservation_net_unused_amortized_upfront_fee_for_billing_period",
    UNUSED_RECURRING: "reservation_net_unused_recurring_fee",
    FEE_UPFRONT: "savings_plan_net_amortized_upfront_commitment_for_billing_period",
    FEE_RECURRING: "savings_plan_net_recurring_commitment_for_billing_period",
}


def net(cost: str) -> str:
    """SQL for a commitment's cost after discounts. Read where the row's own is, or a discount would count twice."""
    return f"case when {NET} is null then {cost} else coalesce({NETS[cost]}, {cost}) end"


# AWS says of a plan's fee what is left of it after discounts, and of what was not used of it only what it was before.
UNUSED_OF_PLAN = share_of(
    sum_of(COMMITTED, less=[USED]), part=[net(FEE_UPFRONT), net(FEE_RECURRING)], whole=[FEE_UPFRONT, FEE_RECURRING]
)
UNUSED_COST = f"""
    case when {KIND} = 'RIFee' then {sum_of(net(UNUSED_UPFRONT), net(UNUSED_RECURRING))} else {UNUSED_OF_PLAN} end"""

PIECES = f"""
    case when {KIND} = {COVERED_BY_PLAN} then ['{CHARGE}', {TAKEN_BACK}]
         when {KIND} in ({RECURRING}) then ['{CHARGE}', {UNUSED}]
         else ['{CHARGE}'] end"""

AWS_CUR = BillFormat(
    id="aws_cur",
    title="AWS Cost and Usage Report",
    marks=(
        "bill_payer_account_id",
        "bill_billing_period_start_date",
        "line_item_usage_account_id",
        KIND,
        "line_item_usage_start_date",
        "line_item_usage_end_date",
        UNBLENDED,
        "line_item_currency_code",
    ),
    maps=("product",),
    gathered={"resource_tags": r"(?i)resource_?tags[/_]"},
    pieces=PIECES,
    alike=Alike(
        amounts=(
            UNBLENDED,
            NET,
            ON_DEMAND,
            "line_item_usage_amount",
            PLAN_EFFECTIVE,
            RESERVATION_EFFECTIVE,
            UNUSED_UPFRONT,
            UNUSED_RECURRING,
            COMMITTED,
            USED,
            *(NETS[cost] for cost in (PLAN_EFFECTIVE, RESERVATION_EFFECTIVE, UNUSED_UPFRONT, UNUSED_RECURRING)),
        ),
        moments=("line_item_usage_start_date", "line_item_usage_end_date"),
    ),
    columns={
        "BilledCost": Mapped(
            sources=(UNBLENDED, KIND),
            rule="0 for usage that a Savings Plan covers; the unblended cost of all else",
            sql=f"case when piece = {UNUSED} or (piece = '{CHARGE}' and {KIND} = {COVERED_BY_PLAN}) then '0' "
            f"else {UNBLENDED} end",
        ),
        "EffectiveCost": Mapped(
            sources=(UNBLENDED, NET, KIND, RESERVATION, COMMITTED, USED, *NETS, *NETS.values()),
            rule="the commitment's effective cost where one covers the usage; what was paid for and not used, as a row "
            "of its own; 0 for a commitment's fees and for negations; the unblended cost of all else. Where a row has "
            "a net unblended cost, each of these is net of discounts, and nothing is left of a discount's own row",
            sql=f"""case when piece = {UNUSED} then {UNUSED_COST}
                when {IS_NEGATION} or {KIND} in ({FEES}) or {IS_UPFRONT} then '0'
                when {KIND} = {COVERED_BY_PLAN} then coalesce({net(PLAN_EFFECTIVE)}, {NET}, {UNBLENDED})
                when {KIND} = {COVERED_BY_RESERVATION} then coalesce({net(RESERVATION_EFFECTIVE)}, {NET}, {UNBLENDED})
                else coalesce({NET}, {UNBLENDED}) end""",
        ),
        "ListCost": Mapped(
            sources=(ON_DEMAND, UNBLENDED, KIND),
            rule="the public on-demand cost of usage, else the unblended cost; 0 for discounts, negations and what "
            "was not used",
            sql=f"""case when piece = {UNUSED} or {IS_NEGATION} or {KIND} in ({DISCOUNTS}) then '0'
                when {KIND} in ({USAGES}) then coalesce({ON_DEMAND}, {UNBLENDED}) else {UNBLENDED} end""",
        ),
        "ContractedCost": Mapped(
            sources=(ON_DEMAND, UNBLENDED, KIND),
            rule="the unblended cost; of usage that a reservation covers the public on-demand cost; 0 for negations "
            "and what was not used",
            sql=f"""case when piece = {UNUSED} or {IS_NEGATION} then '0'
                when {KIND} = {COVERED_BY_RESERVATION} then coalesce({ON_DEMAND}, {UNBLENDED}) else {UNBLENDED} end""",
        ),
        "ConsumedQuantity": Mapped(
            sources=("line_item_usage_amount", KIND),
            rule="the usage amount of usage",
            sql=f"case when {IS_USE} then line_item_usage_amount end",
        ),
        "ConsumedUnit": Mapped(
            sources=("pricing_unit", KIND), rule="the unit of usage", sql=f"case when {IS_USE} then pricing_unit end"
        ),
        "BillingAccountId": same("bill_payer_account_id"),
        "SubAccountId": same("line_item_usage_account_id"),
        "BillingCurrency": same("line_item_currency_code"),
        "BillingPeriodStart": same("bill_billing_period_start_date"),
        "ChargePeriodStart": same("line_item_usage_start_date"),
        "ChargePeriodEnd": same("line_item_usage_end_date"),
        "InvoiceId": same("bill_invoice_id"),
        "ProviderName": constant("AWS"),
        "ServiceName": same("product_product_name", "product_servicename", "line_item_product_code"),
        "RegionId": same("product_region_code", "product_region"),
        "ResourceId": Mapped(
            sources=("line_item_resource_id", KIND),
            rule="as it is; none for the halves that cancel out, and none for what was not used",
            sql=f"case when not ({IS_NEGATION} or piece = {UNUSED}) then line_item_resource_id end",
        ),
        "ChargeCategory": Mapped(
            sources=(KIND,),
            rule="Usage for usage, its discounts and what was not used; Purchase for fees and flat rates; Tax; Credit; "
            "Adjustment for refunds, negations and whatever AWS may add",
            sql=f"""case when {IS_NEGATION} then 'Adjustment' when piece = {UNUSED} or {KIND} in ({USAGES}) then 'Usage'
                when {KIND} in ('Fee', 'FlatRateSubscription', {FEES}) then 'Purchase'
                when {KIND} in ('Tax', 'Credit') then {KIND}
                else 'Adjustment' end""",
        ),
        "ChargeClass": Absent(reason="the report does not say which rows correct an earlier invoice"),
        "ChargeDescription": Mapped(
            sources=("line_item_line_item_description", KIND),
            rule="as it is; of the halves that cancel out, that they do",
            sql=f"""case when {IS_NEGATION} then 'Savings Plans: on-demand price of covered usage, taken back'
                when piece = {UNUSED} then 'Commitment that was not used' else line_item_line_item_description end""",
        ),
        "SkuId": same("product_sku"),
        "x_UsageType": Mapped(
            sources=("line_item_usage_type", KIND),
            rule="as it is; none for the halves that cancel out",
            sql=f"case when not {IS_NEGATION} then line_item_usage_type end",
        ),
        "PricingCategory": Mapped(
            sources=(KIND, "pricing_term", "line_item_usage_type"),
            rule="Committed for usage that a commitment covers; Dynamic for Spot; Standard for other usage on demand",
            sql=f"""case when piece = {UNUSED} or {KIND} in ({COVERED_BY_PLAN}, {COVERED_BY_RESERVATION})
                and not {IS_NEGATION} then 'Committed'
                when {KIND} <> 'Usage' then null when contains(line_item_usage_type, 'SpotUsage') then 'Dynamic'
                when coalesce(pricing_term, 'OnDemand') = 'OnDemand' then 'Standard' end""",
        ),
        "CommitmentDiscountId": Mapped(
            sources=(PLAN, RESERVATION, "reservation_subscription_id", KIND),
            rule="the Savings Plan's or the reservation's ARN; where there is none, the reservation's subscription",
            sql=f"case when not {IS_NEGATION} then coalesce({PLAN}, {RESERVATION}, reservation_subscription_id) end",
        ),
        "CommitmentDiscountStatus": Mapped(
            sources=(KIND,),
            rule="Used for usage that a commitment covers, Unused for what was paid for and not used",
            sql=f"""case when piece = {UNUSED} then 'Unused' when {IS_NEGATION} then null
                when {KIND} in ({COVERED_BY_PLAN}, {COVERED_BY_RESERVATION}) then 'Used' end""",
        ),
        "PricingQuantity": Mapped(
            sources=("line_item_usage_amount", KIND),
            rule="the usage amount of usage",
            sql=f"case when {IS_USE} then line_item_usage_amount end",
        ),
        "PricingUnit": Mapped(
            sources=("pricing_unit", KIND), rule="the unit of usage", sql=f"case when {IS_USE} then pricing_unit end"
        ),
        "ListUnitPrice": Mapped(
            sources=("pricing_public_on_demand_rate", KIND),
            rule="the public on-demand rate of usage",
            sql=f"case when {IS_USE} then pricing_public_on_demand_rate end",
        ),
        "SkuPriceId": same("pricing_rate_code", "pricing_rate_id"),
        "BillingAccountName": same("bill_payer_account_name"),
        "SubAccountName": same("line_item_usage_account_name"),
        "InvoiceIssuerName": same("bill_invoicing_entity"),
        "PublisherName": same("line_item_legal_entity"),
        "AvailabilityZone": same("line_item_availability_zone"),
        "RegionName": same("product_location"),
        "CommitmentDiscountType": Mapped(
            sources=(PLAN, RESERVATION, "reservation_subscription_id", KIND),
            rule="Savings Plan or Reserved Instance, where a row names one",
            sql=f"""case when {IS_NEGATION} then null when {PLAN} is not null then 'Savings Plan'
                when coalesce({RESERVATION}, reservation_subscription_id) is not null then 'Reserved Instance' end""",
        ),
        "CommitmentDiscountCategory": Mapped(
            sources=(PLAN, RESERVATION, "reservation_subscription_id", KIND),
            rule="Spend for a Savings Plan, Usage for a reservation",
            sql=f"""case when {IS_NEGATION} then null when {PLAN} is not null then 'Spend'
                when coalesce({RESERVATION}, reservation_subscription_id) is not null then 'Usage' end""",
        ),
        "CommitmentDiscountQuantity": Absent(reason="the report gives it for some kinds of commitment only"),
        "ServiceCategory": Absent(reason="the report has no categories"),
        "ResourceName": Absent(reason="the report names a resource by its id alone"),
        "Tags": Mapped(
            sources=("resource_tags",),
            rule="all columns of resource tags, or the map of them, under AWS' own names",
            sql="resource_tags",
        ),
    },
)
