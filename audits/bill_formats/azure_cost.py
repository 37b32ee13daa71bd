"""Azure Cost Management exports, actual and amortised, of Enterprise and Microsoft Customer Agreements.

Actual cost bills a commitment when it is bought; amortised cost spreads it over its use and has no purchase. Both
together are the whole: every row of the amortised cost, and from the actual cost the commitments' purchases and refunds
(`audits.azure_pair`). One alone is loaded too, and the load says what it lacks.
Source: Microsoft, cost details schema, and the conversion of both datasets to FOCUS in the FinOps toolkit.
"""

from __future__ import annotations

from audits.bill_format import QUANTITY, Absent, Alike, BillFormat, Mapped, constant, each, product_of, same

KIND, MODEL = "charge_type", "pricing_model"
IS_COMMITTED = f"coalesce(lower({MODEL}), '') in ('reservation', 'savingsplan')"
IS_PURCHASE = f"{KIND} in ('Purchase', 'Refund')"
UNUSED = "'UnusedReservation', 'UnusedSavingsPlan'"
IS_COVERED = f"({IS_COMMITTED} and ({KIND} = 'Usage' or {KIND} in ({UNUSED})))"
IS_COMMITMENT_BOUGHT = f"({IS_COMMITTED} and {IS_PURCHASE})"

# What tells the one dataset from the other; rows of neither kind stand in both.
SHOWS_AMORTIZED = f"({KIND} in ({UNUSED}) or ({IS_COVERED} and try_cast(cost as double) <> 0))"
SHOWS_ACTUAL = f"({IS_COMMITMENT_BOUGHT} or ({IS_COVERED} and {KIND} = 'Usage' and try_cast(cost as double) = 0))"
IS_COMMITMENT = f"({IS_COMMITTED} or {KIND} in ({UNUSED}))"  # no row of another kind shows either
PRICED_IN = ("pricing_currency", "billing_currency", "exchange_rate")
PERIOD = "coalesce(billing_period_start_date, strftime(date_trunc('month', try_cast(date as date)), '%Y-%m-%d'), date)"

IS_PRICED_AS_BILLED = "coalesce(upper(pricing_currency), upper(billing_currency)) = upper(billing_currency)"


def _cost_at(price: str) -> str:
    """SQL for a price times the quantity in the billing currency; null where the row does not say at which rate."""
    return f"""case when {IS_PRICED_AS_BILLED} then {product_of(price, "quantity")}
        when exchange_rate is null then null when try_cast(exchange_rate as double) is null then exchange_rate
        else {product_of(price, "quantity", rate="try_cast(exchange_rate as double)")} end"""


AZURE_COST = BillFormat(
    id="azure_cost",
    title="Azure cost export (actual or amortised)",
    marks=("subscription_id", "date", "meter_category", "quantity", "cost", "billing_currency", KIND, MODEL),
    numbers=("cost", "quantity", "unit_price", "payg_price", "payg_cost", "exchange_rate"),
    # A period's last day is past the twelfth, so it tells which way dates are written.
    dates=("date", "billing_period_start_date", "billing_period_end_date"),
    names={
        "cost": ("CostInBillingCurrency", "Cost", "PreTaxCost"),
        "billing_currency": ("BillingCurrencyCode", "BillingCurrency", "Currency"),
        "pricing_currency": ("PricingCurrency", "PricingCurrencyCode"),
        "exchange_rate": ("ExchangeRatePricingToBilling",),
        "billing_account_id": ("BillingAccountId", "BillingAccountNumber", "EnrollmentNumber"),
        "billing_period_start_date": ("BillingPeriodStartDate", "BillingPeriodStart"),
        "billing_period_end_date": ("BillingPeriodEndDate", "BillingPeriodEnd"),
        "subscription_id": ("SubscriptionId", "SubscriptionGuid"),
        "date": ("Date", "UsageDate", "UsageDateTime"),
        "product": ("ProductName", "Product"),
        "resource_id": ("ResourceId", "InstanceId", "InstanceName"),
        "resource_location": ("ResourceLocation", "ResourceLocationNormalized", "Location"),
        "payg_cost": ("PaygCostInBillingCurrency",),
        "payg_price": ("PayGPrice",),
        "benefit_id": ("BenefitId",),
        "invoice_id": ("InvoiceId",),
        "partner_name": ("PartnerName",),
        "publisher_name": ("PublisherName",),
    },
    alike=Alike(amounts=("cost", "payg_cost"), signed=("cost",)),  # which SHOWS_ACTUAL asks
    columns={
        "BilledCost": Mapped(
            sources=("cost", KIND, MODEL),
            rule="0 for usage that a commitment covers and for what of it was not used; the cost of all else",
            sql=f"case when {IS_COVERED} or {KIND} in ({UNUSED}) then '0' else cost end",
        ),
        "EffectiveCost": Mapped(
            sources=("cost", KIND, MODEL),
            rule="0 for a commitment's purchase or refund; the cost of all else",
            sql=f"case when {IS_COMMITMENT_BOUGHT} then '0' else cost end",
        ),
        "ListCost": Mapped(
            sources=("payg_cost", "payg_price", "quantity", KIND, "cost", *PRICED_IN),
            rule="the pay-as-you-go cost; where there is none, the pay-as-you-go price times the quantity, at the "
            "row's rate where it is in another currency; null where the price is 0 or the rate is missing; "
            "the cost of what is not used by quantity",
            sql=f"""case when {KIND} <> 'Usage' then case when {KIND} in ({UNUSED}) then '0' else cost end
                when payg_cost is not null then payg_cost
                when payg_price is null or try_cast(payg_price as double) = 0
                then case when try_cast(quantity as double) = 0 then '0' end
                else {each(_cost_at("payg_price"))} end""",
        ),
        "ContractedCost": Mapped(
            sources=("unit_price", "quantity", KIND, "cost", *PRICED_IN),
            rule="the unit price times the quantity, at the row's rate where it is in another currency, null where "
            "that is missing; the cost of what is not used by quantity",
            sql=f"""case when {KIND} <> 'Usage' then case when {KIND} in ({UNUSED}) then '0' else cost end
                else {each(_cost_at("unit_price"))} end""",
        ),
        "ConsumedQuantity": Mapped(
            sources=("quantity", KIND),
            rule="the quantity of usage",
            sql=f"case when {KIND} = 'Usage' then {each('quantity', number=QUANTITY)} end",
        ),
        "ConsumedUnit": Mapped(
            sources=("unit_of_measure", KIND),
            rule="the unit of usage",
            sql=f"case when {KIND} = 'Usage' then unit_of_measure end",
        ),
        "BillingAccountId": same("billing_account_id"),
        "SubAccountId": same("subscription_id"),
        "BillingCurrency": same("billing_currency"),
        "BillingPeriodStart": Mapped(
            sources=("billing_period_start_date", "date"),
            rule="as it is; without one, the first of the month of the date",
            sql=PERIOD,
        ),
        "ChargePeriodStart": same("date"),
        "ChargePeriodEnd": Mapped(
            sources=("date",),
            rule="the day after: a row is of one day",
            sql="coalesce(strftime(try_cast(date as date) + 1, '%Y-%m-%d'), date)",
        ),
        "InvoiceId": same("invoice_id"),
        "ProviderName": constant("Microsoft"),
        "ServiceName": same("meter_category"),
        "RegionId": Mapped(
            sources=("resource_location",),
            rule="in small letters, without spaces",
            sql="lower(replace(resource_location, ' ', ''))",
        ),
        "ResourceId": Mapped(
            sources=("resource_id",),
            rule="in small letters: Azure spells the same resource in several ways",
            sql="lower(resource_id)",
        ),
        "ChargeCategory": Mapped(
            sources=(KIND,),
            rule="Usage for usage and what was not used; Purchase for purchases and refunds; Credit; Tax; Adjustment "
            "for whatever Azure may add",
            sql=f"""case when {KIND} in ('Usage', {UNUSED}) then 'Usage' when {IS_PURCHASE} then 'Purchase'
                when {KIND} in ('Credit', 'Tax') then {KIND} else 'Adjustment' end""",
        ),
        "ChargeClass": Mapped(
            sources=(KIND,), rule="Correction for a refund", sql=f"case when {KIND} = 'Refund' then 'Correction' end"
        ),
        "ChargeDescription": same("product"),
        "SkuId": same("meter_id"),
        "x_UsageType": same("meter_name"),
        "PricingCategory": Mapped(
            sources=(KIND, MODEL),
            rule="Standard for OnDemand, Dynamic for Spot, Committed for reservations and savings plans",
            sql=f"""case when {IS_PURCHASE} then null when {IS_COMMITTED} or {KIND} in ({UNUSED}) then 'Committed'
                when {MODEL} = 'OnDemand' then 'Standard' when {MODEL} = 'Spot' then 'Dynamic' end""",
        ),
        "CommitmentDiscountId": Mapped(
            sources=("benefit_id", "reservation_id", KIND, MODEL),
            rule="the benefit's id, else the reservation's, in small letters",
            sql=f"case when {IS_COMMITTED} or {KIND} in ({UNUSED}) "
            "then lower(coalesce(benefit_id, reservation_id)) end",
        ),
        "CommitmentDiscountStatus": Mapped(
            sources=(KIND, MODEL),
            rule="Used for usage that a commitment covers, Unused for what was not used",
            sql=f"case when {KIND} in ({UNUSED}) then 'Unused' when {IS_COVERED} then 'Used' end",
        ),
        "SkuPriceId": Absent(reason="the export names no price by an id"),
        "PricingQuantity": Absent(reason="the export has one quantity, which stands as what was used"),
        "CommitmentDiscountQuantity": Absent(reason="the export does not give it"),
        "PricingCurrency": same("pricing_currency"),
        "ListUnitPrice": Mapped(
            sources=("payg_price", "pricing_currency", "billing_currency"),
            rule="the pay-as-you-go price, where it is in the billing currency",
            sql=f"case when {IS_PRICED_AS_BILLED} then payg_price end",
        ),
        "ContractedUnitPrice": Mapped(
            sources=("unit_price", "pricing_currency", "billing_currency"),
            rule="the unit price, where it is in the billing currency",
            sql=f"case when {IS_PRICED_AS_BILLED} then unit_price end",
        ),
        "PricingCurrencyListUnitPrice": same("payg_price"),
        "PricingCurrencyContractedUnitPrice": same("unit_price"),
        "BillingAccountName": same("billing_account_name"),
        "SubAccountName": same("subscription_name"),
        "PublisherName": same("publisher_name"),
        "InvoiceIssuerName": same("partner_name"),
        "AvailabilityZone": same("availability_zone"),
        "ResourceName": same("resource_name"),
        "CommitmentDiscountName": Mapped(
            sources=("benefit_name", "reservation_name", KIND, MODEL),
            rule="the benefit's name, else the reservation's",
            sql=f"case when {IS_COMMITTED} or {KIND} in ({UNUSED}) then coalesce(benefit_name, reservation_name) end",
        ),
        "CommitmentDiscountType": Mapped(
            sources=(KIND, MODEL),
            rule="Reservation or Savings Plan",
            sql=f"""case when lower({MODEL}) = 'savingsplan' or {KIND} = 'UnusedSavingsPlan' then 'Savings Plan'
                when lower({MODEL}) = 'reservation' or {KIND} = 'UnusedReservation' then 'Reservation' end""",
        ),
        "CommitmentDiscountCategory": Mapped(
            sources=(KIND, MODEL),
            rule="Usage for a reservation, Spend for a savings plan",
            sql=f"""case when lower({MODEL}) = 'savingsplan' or {KIND} = 'UnusedSavingsPlan' then 'Spend'
                when lower({MODEL}) = 'reservation' or {KIND} = 'UnusedReservation' then 'Usage' end""",
        ),
        "ServiceCategory": Absent(reason="the export's service families are not FOCUS' categories"),
        "Tags": Mapped(
            sources=("tags",),
            rule="as they are; with the braces that some agreements leave out",
            sql="case when starts_with(tags, '{') then tags else '{' || tags || '}' end",
        ),
    },
)
