"""Savings plans beside the one that covers the estate's machines: small ones, used or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.aws import charges, names
from sandbox.aws.model import Item

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

EXPIRING, UNUSED = "aws_commitment_savings_plan_expiring", "aws_commitment_savings_plan_underused"
YEAR = timedelta(days=365)
STAMP = "%Y-%m-%dT%H:%M:%S.000Z"
HOURLY = Decimal("0.01")
HOME = "us-east-1"
ACCOUNTS = (names.PAYER, names.SHOP)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan that ends so many days after the estate's day; a machine family's plan names it. `used` is how much of it
    is used each day. The bill says nothing of one that is not billed.
    """

    ends: float
    used: Decimal = Decimal(1)
    is_billed: bool = True
    kind: str = "Compute"
    family: str = ""
    state: str = "active"
    says_its_end: bool = True
    wastes: tuple[str, ...] = ()
    fines: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""


NOT_USED, HALF_USED, NEARLY = Decimal(0), Decimal("0.5"), Decimal("0.97")
PLANS = {
    "plan_ends_soon": Plan(ends=12.5, used=NOT_USED, wastes=(EXPIRING, UNUSED)),
    "plan_of_a_family_ends": Plan(
        ends=27.5, kind="EC2Instance", family="m5", used=HALF_USED, wastes=(EXPIRING, UNUSED)
    ),
    "plan_followed": Plan(
        ends=9.5, kind="SageMaker", fines=(EXPIRING, UNUSED), trap="it ends soon, and a queued plan takes over from it"
    ),
    "plan_queued": Plan(ends=375, kind="SageMaker", state="queued", fines=(EXPIRING, UNUSED)),
    "plan_runs_on": Plan(
        ends=200.5, used=NEARLY, fines=(EXPIRING, UNUSED), trap="a thirtieth of it goes unused, as of any plan"
    ),
    "plan_begun": Plan(
        ends=359.5, used=NOT_USED, fines=(EXPIRING, UNUSED), trap="nothing of it is used, but it began five days ago"
    ),
    "plan_ended": Plan(
        ends=-5.5, state="retired", fines=(EXPIRING, UNUSED), trap="it has ended: nothing can follow in time"
    ),
    "plan_without_an_end": Plan(ends=300.5, kind="Database", says_its_end=False, unknowns=(EXPIRING,), fines=(UNUSED,)),
    "plan_not_on_the_bill": Plan(ends=250.5, is_billed=False, fines=(EXPIRING,), unknowns=(UNUSED,)),
}


def add(draw: Draw, estate: Estate) -> None:
    for account in ACCOUNTS:
        estate.items.extend(_item(draw, case, plan, account) for case, plan in PLANS.items())


def _item(draw: Draw, case: str, plan: Plan, account: str) -> Item:
    digest = draw.hex(32)
    plan_id = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
    arn = f"arn:aws:savingsplans::{account}:savingsplan/{plan_id}"
    end = draw.as_of + timedelta(days=plan.ends)
    start = end - YEAR
    first, last = charges.span(start, draw.as_of, until=min(end, draw.as_of))
    per_day = HOURLY * 24
    unused = per_day * (1 - plan.used)
    shape = {
        "offeringId": "7d5a4f6e-1c0b-4d1e-9d55-0c7a5f3e2b10",
        "savingsPlanId": plan_id,
        "savingsPlanArn": arn,
        "description": f"1 year No Upfront {plan.kind} Savings Plan",
        "start": start.strftime(STAMP),
        "state": plan.state,
        "savingsPlanType": plan.kind,
        "paymentOption": "No Upfront",
        "productTypes": ["SageMaker"] if plan.kind == "SageMaker" else ["EC2"],
        "currency": "USD",
        "commitment": str(HOURLY),
        "upfrontPaymentAmount": "0.0",
        "recurringPaymentAmount": str(HOURLY),
        "termDurationInSeconds": int(YEAR.total_seconds()),
        "tags": {},
        **({"end": end.strftime(STAMP)} if plan.says_its_end else {}),
        **({"ec2InstanceFamily": plan.family, "region": HOME} if plan.family else {}),
    }
    return Item(
        kind="savings_plan",
        account=account,
        region=HOME,
        native_id=arn,
        bill_id=arn,
        case=case,
        created_at=min(start, draw.as_of),
        facts={"type": plan.kind, "first": first, "last": last, "per_day": per_day, "unused_per_day": unused}
        if plan.state == "active" and plan.is_billed
        else {},
        shape=shape,
        wastes=plan.wastes,
        fines=plan.fines,
        unknowns=plan.unknowns,
        saves={EXPIRING: None},
        trap=plan.trap,
    )
