"""A private endpoint is charged by the hour, whether or not bytes pass it."""

from __future__ import annotations

from audits.billed import BilledResource, in_plain_units, quantity_of
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste, counted

HOURS = {
    "aws": ("VpcEndpoint-Hours", "VpcEndpoint-GWLBE-Hours"),
    "azure": ("Standard Private Endpoint",),
    "gcp": ("Networking Private Service Connect Consumer End Point", "Private Service Connect Consumer End Point"),
}
BYTES = {
    "aws": ("VpcEndpoint-Bytes", "VpcEndpoint-GWLBE-Bytes"),
    "azure": ("Standard Data Processed",),
    "gcp": (
        "Networking Private Service Connect Consumer Data Processing",
        "Private Service Connect Consumer Data Processing",
    ),
}


def judge(resource: BilledResource, *, window_days: int, max_gb: float) -> Verdict:
    hours = in_plain_units(resource.lines(*HOURS.get(resource.cloud, ("-",)), days=window_days))
    if not hours:
        return Fine()
    ever = in_plain_units(resource.lines(*BYTES[resource.cloud]))
    if missing := resource.lacks((*hours, *ever), days=window_days):
        return Unknown(missing)
    passed = sum(resource.by_day(ever, days=window_days))
    if not all(resource.by_day(hours, days=window_days)) or passed > max_gb:
        return Fine()
    if resource.cloud == "gcp" and not quantity_of(ever):
        return Unknown("any charge for bytes under its own name")
    return Waste(
        saves=ALL,
        because=f"Charged for {quantity_of(hours):,.0f} hours and {passed:,.3f} GB in the last "
        f"{counted(window_days, 'day')}.",
    )


rule = Rule(
    id="bill_endpoint_without_bytes",
    title="Private endpoint with hours but no bytes",
    looks_at=BilledResource,
    settings={"window_days": 14, "max_gb": 0.001},
    action="Check that nothing resolves the service's name to it, then delete the endpoint.",
    docs="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-billing-usage-reports.html",
    judge=judge,
    rollback="Make a new endpoint with the same service, subnets and policy.",
    told_by=("aws_vpc_interface_endpoint_idle",),
    access_adds="the service and subnets it serves, whether it is accepted, and its traffic day by day",
)
