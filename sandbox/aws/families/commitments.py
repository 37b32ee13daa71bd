"""What is paid for in advance: the organisation's savings plans, and capacity that is kept free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import bill, charges, focus, names, usage
from sandbox.aws.bill_commitments import UNUSED_PER_DAY
from sandbox.aws.compute import put, tags
from sandbox.aws.model import Item
from sandbox.aws.shaped import Answered, Asked, camel_pages, matching
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.model import Draw, Estate

YEAR_SECONDS = 31_536_000
STAMP = "%Y-%m-%dT%H:%M:%S.000Z"

# case: type, machines reserved, of these in use, days since it was made, days since it ended (None: it runs), trap
CAPACITY: dict[str, tuple[str, int, int, int, int | None, str]] = {
    "capacity_in_use": ("m5.large", 2, 2, 120, None, ""),
    "capacity_unused": ("m5.large", 2, 0, 90, None, ""),
    "capacity_partly_used": ("c5.xlarge", 3, 2, 75, None, "one of three is free: the other two are used"),
    "capacity_unmeasured": ("m5.large", 1, 0, 110, None, "free now, and nothing says since when"),
    "capacity_new": ("r5.large", 1, 0, 2, None, "unused, but made two days ago"),
    "capacity_cancelled": ("m5.xlarge", 1, 0, 200, 70, "unused, but cancelled: it is no longer billed"),
}
CAPACITY_WASTES = {"capacity_unused", "capacity_partly_used"}
CAPACITY_UNKNOWN = "capacity_unmeasured"
CAPACITY_CELLS = ((names.SHOP, "us-east-1"), (names.PAYER, "eu-west-1"))


def add(draw: Draw, estate: Estate) -> None:
    for account, region in CAPACITY_CELLS:
        for case in CAPACITY:
            _capacity(draw, estate, case, account, region)


def _capacity(draw: Draw, estate: Estate, case: str, account: str, region: str) -> None:
    kind, total, used, age, ended, trap = CAPACITY[case]
    reservation_id, label = draw.id("cr"), case.replace("_", "-")
    arn = f"arn:aws:ec2:{region}:{account}:capacity-reservation/{reservation_id}"
    created = draw.ago(age + 0.3)
    until = None if ended is None else draw.ago(ended)
    first, last = charges.span(created, draw.as_of, until=until)
    own = tags(draw, label)
    shape = {
        "CapacityReservationId": reservation_id,
        "OwnerId": account,
        "CapacityReservationArn": arn,
        "InstanceType": kind,
        "InstancePlatform": "Linux/UNIX",
        "AvailabilityZone": f"{region}a",
        "Tenancy": "default",
        "TotalInstanceCount": total,
        "AvailableInstanceCount": 0 if until else total - used,
        "EbsOptimized": True,
        "EphemeralStorage": False,
        "State": "cancelled" if until else "active",
        "StartDate": created,
        "EndDateType": "unlimited",
        "InstanceMatchCriteria": "open",
        "CreateDate": created,
        "Tags": [{"Key": key, "Value": value} for key, value in own.items()],
        "ReservationType": "default",
    }
    item = Item(
        kind="capacity_reservation",
        account=account,
        region=region,
        native_id=reservation_id,
        bill_id=arn,
        case=case,
        created_at=created,
        name=label,
        tags=own,
        shape=shape,
        wastes=(names.CAPACITY_UNUSED,) if case in CAPACITY_WASTES else (),
        unknowns=(names.CAPACITY_UNUSED,) if case == CAPACITY_UNKNOWN else (),
        fines=() if case in {*CAPACITY_WASTES, CAPACITY_UNKNOWN} else (names.CAPACITY_UNUSED,),
        trap=trap,
        charges=charges.unused_capacity(kind=kind, count=total - used, region=region, first=first, last=last),
    )
    estate.items.append(item)
    if case == CAPACITY_UNKNOWN:
        return
    for metric, number in (
        ("TotalInstanceCount", total),
        ("UsedInstanceCount", used),
        ("AvailableInstanceCount", total - used),
    ):
        known = usage.without(usage.flat(float(number)), lambda ago: ago > age or (ended is not None and ago <= ended))
        put(estate, item, ("AWS/EC2CapacityReservations", metric, "CapacityReservationId", reservation_id), known)


def _filtered(asked: Asked, rows: list[dict[str, Any]], members: dict[str, str]) -> list[Any]:
    """The rows that pass EC2's filters; a filter that is not known here is refused."""
    wanted: dict[str, Any] = {}
    for one in asked.parameters.get("Filters", ()):
        if one.get("Name") not in members:
            raise Refusal("InvalidParameterValue", f"The filter '{one.get('Name')}' is invalid")
        wanted[members[one["Name"]]] = one.get("Values")
    return matching(rows, wanted)


def _capacity_reservations(asked: Asked) -> dict[str, Any]:
    rows = [item.shape for item in asked.of("capacity_reservation")]
    rows = matching(rows, {"CapacityReservationId": asked.parameters.get("CapacityReservationIds")})
    return {"CapacityReservations": _filtered(asked, rows, {"state": "State", "instance-type": "InstanceType"})}


@dataclass(frozen=True, kw_only=True)
class _Plan:
    arn: str
    state: str
    hourly: Decimal
    began_days_ago: int


def _plans(estate: Estate) -> list[_Plan]:
    """The plan that the bill is covered by, at what it was bought for a day ago, and one that ran out long before."""
    day = (estate.as_of - timedelta(days=1)).date()
    covered = [c for item in estate.items for c in item.charges if c.is_covered and c.first <= day <= c.last]
    used = sum((bill.amount(charge, day).effective for charge in covered), Decimal(0))
    hourly = ((used + UNUSED_PER_DAY) / 24).quantize(Decimal("0.00000001"))
    old = f"arn:aws:savingsplans::{names.PAYER}:savingsplan/0b1d7c55-2f0e-4c53-8c0a-91d2ab47c0de"
    return [
        _Plan(arn=focus.SAVINGS_PLAN_ARN, state="active", hourly=hourly, began_days_ago=200),
        _Plan(arn=old, state="retired", hourly=Decimal("0.05"), began_days_ago=600),
    ]


def _savings_plans(asked: Asked) -> dict[str, Any]:
    """Plans belong to the account that bought them, and are the same from every region."""
    plans = _plans(asked.estate) if asked.account == names.PAYER else []
    small = [item.shape for item in asked.estate.of("savings_plan") if item.account == asked.account]
    rows = [*(_plan(plan, asked.estate) for plan in plans), *small]
    wanted = {
        "savingsPlanArn": asked.parameters.get("savingsPlanArns"),
        "savingsPlanId": asked.parameters.get("savingsPlanIds"),
        "state": asked.parameters.get("states"),
    }
    return {"savingsPlans": matching(rows, wanted)}


def _plan(plan: _Plan, estate: Estate) -> dict[str, Any]:
    start = estate.as_of - timedelta(days=plan.began_days_ago)
    return {
        "offeringId": "7d5a4f6e-1c0b-4d1e-9d55-0c7a5f3e2b10",
        "savingsPlanId": plan.arn.rpartition("/")[2],
        "savingsPlanArn": plan.arn,
        "description": "1 year No Upfront Compute Savings Plan",
        "start": start.strftime(STAMP),
        "end": (start + timedelta(seconds=YEAR_SECONDS - 1)).strftime(STAMP),
        "state": plan.state,
        "savingsPlanType": "Compute",
        "paymentOption": "No Upfront",
        "productTypes": ["EC2", "Fargate", "Lambda"],
        "currency": "USD",
        "commitment": str(plan.hourly),
        "upfrontPaymentAmount": "0.0",
        "recurringPaymentAmount": str(plan.hourly),
        "termDurationInSeconds": YEAR_SECONDS,
        "tags": {},
    }


ANSWERS = (
    Answered(
        service="ec2",
        operation="DescribeCapacityReservations",
        make=_capacity_reservations,
        honours=frozenset({"CapacityReservationIds", "Filters"}),
        largest=1000,
    ),
    Answered(
        service="savingsplans",
        operation="DescribeSavingsPlans",
        make=_savings_plans,
        honours=frozenset({"savingsPlanArns", "savingsPlanIds", "states"}),
        pages=camel_pages("savingsPlans"),
    ),
)
