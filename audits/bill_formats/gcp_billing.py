"""Google Cloud billing export rows, standard and detailed: JSON lines, Parquet, or CSV with names joined by a point.

Credits lie inside the row that they lower. Those that change what the usage costs (committed and sustained use,
negotiated discounts) are part of its cost; promotions and free tiers are rows of their own, so that they never lower a
saving. Google's months begin and end in Pacific time; so do the days.
Source: Google Cloud, schema of the detailed usage cost data; FOCUS 1.2, Credit.
"""

from __future__ import annotations

from audits import pacific
from audits.bill_format import (
    CHARGE,
    NUMBER,
    Absent,
    Alike,
    BillFormat,
    ListAmounts,
    Mapped,
    constant,
    is_lost,
    same,
    short,
)

GIVEN = "'PROMOTION', 'FREE_TIER', 'FREE_TRIAL'"
COMMITTED = "'COMMITTED_USAGE_DISCOUNT', 'COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE'"
KIND = "cost_type"
IS_CHARGE = f"piece.kind = '{CHARGE}'"
IS_FEE = "(sku_description ilike 'commitment%' or sku_description ilike '%commitment fee%')"
LOWERED = f"list_filter(credits, lambda one: coalesce(one.type, '') not in ({GIVEN}))"
# A list's own sum is a DOUBLE; adding one by one stays exact.
DISCOUNT = (
    f"list_reduce(list_transform({LOWERED}, lambda one: try_cast(one.amount as {NUMBER})), "
    f"lambda sum, one: cast(sum + one as {NUMBER}), cast(0 as {NUMBER}))"
)
UNREADABLE = f"list_filter(credits, lambda one: one.amount is null or {is_lost('one.amount')})"
NET = f"""case when len(credits) = 0 or cost is null or {is_lost("cost")} then cost
    when len({UNREADABLE}) > 0 then coalesce({UNREADABLE}[1].amount, 'a credit without an amount')
    else {short(f"cast(try_cast(cost as {NUMBER}) + {DISCOUNT} as {NUMBER})")} end"""
COVERING = f"list_filter(credits, lambda one: one.type in ({COMMITTED}))"
# Nearly every row has no credit or one, whatever its kind: of these all is told without a list of what fits.
IS_LOWERED = f"""case len(credits) when 0 then true
    when 1 then credits[1].amount is not null and not {is_lost("credits[1].amount")}
    else len({LOWERED}) = len(credits) and len({UNREADABLE}) = 0 end"""
# Of all other credits rules read the sum alone, so rows with them and rows without any may be added up.
TELLING = f"list_filter(credits, lambda one: one.type in ({GIVEN}, {COMMITTED}))"
NONE = "[]::STRUCT(id VARCHAR, name VARCHAR, type VARCHAR, amount VARCHAR)[]"
LOWERING = ListAmounts(
    value=f"case len(credits) when 0 then null when 1 then try_cast(credits[1].amount as {NUMBER}) else {DISCOUNT} end",
    is_plain=IS_LOWERED,
    key=f"case when len(credits) = 0 or (len(credits) = 1 and credits[1].type not in ({GIVEN}, {COMMITTED})) then "
    f"{NONE} else list_transform({TELLING}, lambda one: "
    "{'id': one.id, 'name': one.name, 'type': one.type, 'amount': null::varchar}) end",
    restored=f"case when len(credits) = 0 and {{total}} is null then {NONE} when len(credits) = 0 then "
    "[{{'id': null, 'name': null, 'type': null, 'amount': {total}}}] else "
    "list_transform(credits, lambda one, nth: {{'id': one.id, 'name': one.name, 'type': one.type, "
    "'amount': case when nth = 1 then {total} else '0' end}}) end",
)
PACIFIC = "coalesce(strftime(timezone('America/Los_Angeles', try_cast({0} as timestamptz)), '%Y-%m-%d %H:%M:%S'), {0})"

LABELS = (
    "array_to_string(list_transform(list_filter(labels, lambda one: one.key is not null), lambda one: "
    "cast(to_json(one.key) as varchar) || ':' || cast(to_json(coalesce(one.value, '')) as varchar)), ',')"
)

PIECES = f"""
    [{{'kind': '{CHARGE}', 'name': null::varchar, 'amount': null::varchar}}]
    || list_transform(list_filter(credits, lambda one: one.type in ({GIVEN})),
                      lambda one: {{'kind': 'credit', 'name': one.name, 'amount': one.amount}})"""

GCP_BILLING = BillFormat(
    id="gcp_billing",
    title="Google Cloud billing export (standard or detailed)",
    marks=("billing_account_id", "service_description", "usage_start_time", "usage_end_time", "cost", "currency"),
    lists={"credits": ("id", "name", "type", "amount"), "labels": ("key", "value")},
    pieces=PIECES,
    alike=Alike(
        amounts=("cost", "cost_at_list", "usage_amount", "usage_amount_in_pricing_units"),
        lists={"credits": LOWERING},
        moments=("usage_start_time", "usage_end_time"),
        local=pacific.local,
    ),
    structure={
        **dict.fromkeys(("billing_account_id", "usage_start_time", "usage_end_time", "cost", "currency"), "VARCHAR"),
        **dict.fromkeys(("cost_at_list", "cost_type"), "VARCHAR"),
        **dict.fromkeys(("service", "sku"), ("id", "description")),
        "project": ("id", "name"),
        "location": ("location", "region"),
        "usage": ("amount", "unit", "amount_in_pricing_units", "pricing_unit"),
        "price": ("effective_price",),
        "labels": "STRUCT(key VARCHAR, value VARCHAR)[]",
        "invoice": ("month",),
        "resource": ("name", "global_name"),
        "adjustment_info": ("id", "mode"),
        "subscription": ("instance_id",),
        "credits": "STRUCT(id VARCHAR, name VARCHAR, type VARCHAR, amount VARCHAR)[]",
    },
    columns={
        "BilledCost": Mapped(
            sources=("credits", "cost"),
            rule="the cost with the credits that change its price; a promotion or free tier is a row of its own",
            sql=f"case when {IS_CHARGE} then {NET} else piece.amount end",
        ),
        "EffectiveCost": Mapped(
            sources=("credits", "cost"),
            rule="as the billed cost: Google does not say which usage a commitment's fee paid for",
            sql=f"case when {IS_CHARGE} then {NET} else piece.amount end",
        ),
        "ListCost": Mapped(
            sources=("cost_at_list", "cost"),
            rule="the cost at list price, else the cost before credits; 0 for credits",
            sql=f"case when {IS_CHARGE} then coalesce(cost_at_list, cost) else '0' end",
        ),
        "ContractedCost": Mapped(
            sources=("cost",),
            rule="the cost before credits; 0 for credits",
            sql=f"case when {IS_CHARGE} then cost else '0' end",
        ),
        "ConsumedQuantity": Mapped(
            sources=("usage_amount", KIND),
            rule="the amount of usage",
            sql=f"case when {IS_CHARGE} and coalesce({KIND}, 'regular') = 'regular' then usage_amount end",
        ),
        "ConsumedUnit": Mapped(
            sources=("usage_unit", KIND),
            rule="the unit of usage",
            sql=f"case when {IS_CHARGE} and coalesce({KIND}, 'regular') = 'regular' then usage_unit end",
        ),
        "BillingAccountId": same("billing_account_id"),
        "SubAccountId": same("project_id"),
        "BillingCurrency": same("currency"),
        "BillingPeriodStart": Mapped(
            sources=("invoice_month", "usage_start_time"),
            rule="the first of the invoice's month; without one, of the month of the usage in Pacific time",
            sql="coalesce(regexp_replace(invoice_month, '^(\\d{4})-?(\\d{2})$', '\\1-\\2-01'), "
            f"left({PACIFIC.format('usage_start_time')}, 7) || '-01')",
        ),
        "ChargePeriodStart": Mapped(
            sources=("usage_start_time",), rule="in Pacific time", sql=PACIFIC.format("usage_start_time")
        ),
        "ChargePeriodEnd": Mapped(
            sources=("usage_end_time",), rule="in Pacific time", sql=PACIFIC.format("usage_end_time")
        ),
        "InvoiceId": Absent(reason="the export names the invoice's month, not its number"),
        "ProviderName": constant("Google Cloud"),
        "ServiceName": same("service_description"),
        "RegionId": same("location_region", "location_location"),
        "ResourceId": Mapped(
            sources=("resource_global_name", "resource_name"),
            rule="the global name, else the name; none for credits; the standard export has neither",
            sql=f"case when {IS_CHARGE} then coalesce(resource_global_name, resource_name) end",
        ),
        "ChargeCategory": Mapped(
            sources=(KIND, "sku_description"),
            rule="Credit for credits; Tax; Adjustment for adjustments and rounding; Purchase for a commitment's fee; "
            "Usage for all else",
            sql=f"""case when not {IS_CHARGE} then 'Credit' when {KIND} = 'tax' then 'Tax'
                when {KIND} in ('adjustment', 'rounding_error') then 'Adjustment' when {IS_FEE} then 'Purchase'
                else 'Usage' end""",
        ),
        "ChargeClass": Mapped(
            sources=("adjustment_info_id", "adjustment_info_mode"),
            rule="Correction where the row adjusts another",
            sql="case when coalesce(adjustment_info_id, adjustment_info_mode) is not null then 'Correction' end",
        ),
        "ChargeDescription": Mapped(
            sources=("sku_description",),
            rule="the SKU's; of a credit its name",
            sql=f"case when {IS_CHARGE} then sku_description else piece.name end",
        ),
        "SkuId": same("sku_id"),
        "x_UsageType": same("sku_description"),
        "PricingCategory": Mapped(
            sources=("credits", "sku_description", KIND),
            rule="Committed where a commitment's credit lowers the usage; Dynamic for Spot; Standard for other usage",
            sql=f"""case when not {IS_CHARGE} or coalesce({KIND}, 'regular') <> 'regular' or {IS_FEE} then null
                when len({COVERING}) > 0 then 'Committed'
                when sku_description ilike 'spot preemptible%' then 'Dynamic' else 'Standard' end""",
        ),
        "CommitmentDiscountId": Mapped(
            sources=("subscription_instance_id", "credits"),
            rule="the subscription's instance; of usage the id of the commitment's credit",
            sql=f"case when {IS_CHARGE} then coalesce(subscription_instance_id, {COVERING}[1].id) end",
        ),
        "CommitmentDiscountStatus": Mapped(
            sources=("credits",),
            rule="Used for usage that a commitment's credit lowers; what was not used is not told",
            sql=f"case when {IS_CHARGE} and len({COVERING}) > 0 then 'Used' end",
        ),
        "PricingQuantity": Mapped(
            sources=("usage_amount_in_pricing_units", KIND),
            rule="the amount of usage in the unit of its price",
            sql=f"case when {IS_CHARGE} and coalesce({KIND}, 'regular') = 'regular' "
            "then usage_amount_in_pricing_units end",
        ),
        "PricingUnit": Mapped(
            sources=("usage_pricing_unit", KIND),
            rule="the unit of the price of usage",
            sql=f"case when {IS_CHARGE} and coalesce({KIND}, 'regular') = 'regular' then usage_pricing_unit end",
        ),
        "ContractedUnitPrice": Mapped(
            sources=("price_effective_price",),
            rule="the effective price, which the detailed export has; none for credits",
            sql=f"case when {IS_CHARGE} then price_effective_price end",
        ),
        "CommitmentDiscountQuantity": Absent(reason="the export does not give it"),
        "SubAccountName": same("project_name"),
        "ResourceName": Mapped(
            sources=("resource_name",), rule="none for credits", sql=f"case when {IS_CHARGE} then resource_name end"
        ),
        "ServiceCategory": Absent(reason="the export has no categories"),
        "PublisherName": Absent(reason="the export tells sellers apart by their service alone"),
        "Tags": Mapped(
            sources=("labels",),
            rule="the labels; those of the project, the system and tags are not among them",
            sql=f"case when len(labels) > 0 then '{{' || {LABELS} || '}}' end",
        ),
    },
)
