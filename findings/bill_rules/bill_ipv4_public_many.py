"""Every public IPv4 address is charged by the hour, also while it is used."""

from __future__ import annotations

from audits.billed import MONTH_DAYS, BilledService, cost_of, currencies_of, in_plain_units, lacks_quantity, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

IN_USE = {
    "aws": ("PublicIPv4:InUseAddress",),
    "azure": ("Standard IPv4 Static Public IP", "Basic IPv4 Static Public IP", "Basic IPv4 Dynamic Public IP"),
    "gcp": ("External IP Charge on a Standard VM", "External IP Charge on a Spot Preemptible VM"),
}


def judge(service: BilledService, *, max_addresses: int, min_cost: float) -> Verdict:
    lines = in_plain_units(service.metered(*IN_USE.get(service.cloud, ("-",))))
    if not lines:
        return Fine()
    if service.known_days < MONTH_DAYS:
        return Unknown(f"{counted(MONTH_DAYS, 'complete day')} of its bill")
    if len(currencies_of(lines)) > 1:
        return Unknown("its charges in one currency")
    if lacks_quantity(lines):
        return Unknown("the hours of its addresses")
    addresses, cost = quantity_of(lines) / (24 * MONTH_DAYS), cost_of(lines)
    if addresses <= max_addresses or cost < min_cost:
        return Fine()
    beyond = 1 - max_addresses / addresses
    return Waste(
        saves=Share(fraction=beyond * cost / max(cost, cost_of(service.lines(days=MONTH_DAYS)))),
        because=f"Charged for {addresses:,.1f} public IPv4 addresses around the clock in the last "
        f"{counted(MONTH_DAYS, 'day')}: {cost:,.2f} {lines[0].billing_currency}. An estimate: those beyond "
        f"{max_addresses} cost {beyond * cost:,.2f}.",
    )


rule = Rule(
    id="bill_ipv4_public_many",
    title="Many public IPv4 addresses in one account",
    looks_at=BilledService,
    settings={"max_addresses": 20, "min_cost": 50},
    action="Put machines behind a load balancer or one NAT gateway, use IPv6, and give none by default.",
    action_type="ScaleIn",
    stage="SHRINK",
    implementation_effort="High",
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/vpc/latest/ipam/view-public-ip-insights.html",
    judge=judge,
    rollback="Give the machine an address again; it will be another one.",
    apart="it is of a whole service, whose resources are counted one by one",
    access_adds="what stands behind each address, and whether anything reaches it from outside",
)
