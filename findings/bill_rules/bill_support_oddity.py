"""A support plan has a least fee: beside little spend it costs far more than the share its table names."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.billed import ZERO, BilledService, currencies_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste

if TYPE_CHECKING:
    from audits.evidence import DayCost

PLANS = {"aws": ("AWS Support", "AWSSupport")}
CHARGED = ("Usage", "Purchase")


def judge(service: BilledService, *, max_percent: float, min_cost: float) -> Verdict:
    if not _is_support(service.cloud, service.service_name):
        return Fine()
    until = service.until.replace(day=1)
    first = (until - timedelta(days=1)).replace(day=1)
    if first < service.first:
        return Unknown("a whole calendar month of its bill")
    paid = [line for line in service.charges if first <= line.charge_date < until and line.charge_category in CHARGED]
    rest = [line for line in service.bill if first <= line.charge_date < until and line.charge_category in CHARGED]
    rest = [line for line in rest if not _is_support(service.cloud, line.service_name)]
    if len(currencies_of((*paid, *rest))) > 1:
        return Unknown("its bill in one currency")
    cost, spend = sum((line.effective_cost for line in paid), ZERO), _spend(rest)
    allowed = spend * Decimal(str(max_percent)) / 100
    if cost < Decimal(str(min_cost)) or cost <= allowed:
        return Fine()
    return Waste(
        saves=Share(fraction=1 - allowed / cost),
        because=f"{cost:,.2f} {paid[0].billing_currency} in {first:%Y-%m} beside {spend:,.2f} on the whole bill, of "
        "usage before discounts or of all charges, whichever is more; no plan takes more than 10 % of what is spent, "
        "unless its least fee applies.",
    )


def _is_support(cloud: str, name: str) -> bool:
    return name == "Support" if cloud == "gcp" else name.startswith(PLANS.get(cloud, ("-",)))


def _spend(lines: list[DayCost]) -> Decimal:
    """Usage before discounts, or all that is charged, whichever is more: never what a commitment covers beside its fee.

    AWS reckons a commitment that is paid upfront in the month in which it is bought.
    """
    listed = (max(line.list_cost, line.effective_cost) for line in lines if line.charge_category == "Usage")
    return max(sum(listed, ZERO), sum((line.billed_cost for line in lines), ZERO))


rule = Rule(
    id="bill_support_oddity",
    title="Support plan that costs too much for what is spent",
    looks_at=BilledService,
    settings={"max_percent": 15, "min_cost": 25},
    action="Take the plan whose least fee fits what is spent, or leave it where nobody opens a case.",
    action_type="Upgrade",
    stage="PRICE",
    rollback_possible=True,
    docs="https://aws.amazon.com/premiumsupport/pricing/",
    judge=judge,
    rollback="Take the plan again; it holds from then on.",
    apart="it is of a whole service, whose resources are counted one by one",
    access_adds="which accounts have which plan, and when a case was last opened",
)
