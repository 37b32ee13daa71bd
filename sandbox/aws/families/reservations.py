"""Reservations of machines, databases, caches and the like: used and not, about to end, ended, and followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, names
from sandbox.aws.model import Item, all_but
from sandbox.aws.shaped import Answered, Asked, Pages, matching
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.aws.model import Draw, Estate

UNUSED = "aws_commitment_reservation_underused"
EXPIRING, EXPIRED = "aws_commitment_reservation_expiring", "aws_commitment_reservation_expired"
RULES = (UNUSED, EXPIRING, EXPIRED)
YEAR_SECONDS = 31_536_000
TOLD_DAYS = 7  # for so long what a month that is over says of a reservation is as good as today's
CELLS = ((names.SHOP, "us-east-1"), (names.PAYER, "eu-west-1"))
REDSHIFT = "Amazon Redshift"
SERVICES = {REDSHIFT: ("Databases", "Data Warehouses", "AmazonRedshift")}
# service: as billed, the meter of what it covers, the words of its ARN
BILLED = {
    "ec2": ("Amazon Elastic Compute Cloud", "BoxUsage", "reserved-instances/"),
    "rds": ("Amazon Relational Database Service", "InstanceUsage", "ri:"),
    "elasticache": ("Amazon ElastiCache", "NodeUsage", "reserved-instance:"),
    "redshift": (REDSHIFT, "Node", "reserved-node:"),
    "memorydb": ("Amazon MemoryDB", "NodeUsage", "reservednode/"),
    "opensearch": ("Amazon OpenSearch Service", "ESInstance", "reserved-instance:"),
}
PLAIN_IDS = {"redshift", "opensearch"}  # they list no ARN


@dataclass(frozen=True, kw_only=True)
class Case:
    """A reservation that began and ends so many days from the estate's day. `used` is how much of it is, each day."""

    kind: str
    ends: float
    began: float | None = None
    service: str = "ec2"
    count: int = 1
    state: str = "active"
    used: Decimal = Decimal(1)
    hour: str = "0.1"
    is_billed: bool = True
    says_its_end: bool = True
    wastes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    trap: str = ""

    @property
    def fines(self) -> tuple[str, ...]:
        return () if self.state == "payment-failed" else all_but(RULES, self.wastes, self.unknowns)


NOT_USED, HALF_USED, NEARLY = Decimal(0), Decimal("0.5"), Decimal("0.97")
CASES = {
    "reservation_unused": Case(kind="m5.xlarge", ends=165, used=NOT_USED, wastes=(UNUSED,)),
    "reservation_half_used": Case(kind="c5.xlarge", count=2, ends=140, used=HALF_USED, wastes=(UNUSED,)),
    "reservation_nearly_used": Case(
        kind="t3.large", ends=190, used=NEARLY, trap="a thirtieth of it goes unused, as of any reservation"
    ),
    "reservation_begun": Case(
        kind="m5.2xlarge", ends=359.5, used=NOT_USED, trap="nothing of it is used, but it began five days ago"
    ),
    "reservation_not_on_the_bill": Case(kind="r5.large", ends=100, is_billed=False, unknowns=(UNUSED,)),
    "reservation_expiring": Case(kind="t3.medium", count=2, ends=20.5, wastes=(EXPIRING,)),
    "reservation_followed": Case(kind="g3.4xlarge", ends=12.5, trap="it ends soon, and a queued one takes over"),
    "reservation_following": Case(kind="g3.4xlarge", began=-12.5, ends=377.5, state="queued"),
    "reservation_queued": Case(kind="c5.xlarge", count=3, began=-20, ends=385, state="queued"),
    "reservation_failed": Case(kind="r5.large", began=100, ends=265, state="payment-failed"),
    "reservation_without_an_end": Case(kind="t3.large", ends=80, says_its_end=False, unknowns=(EXPIRING,)),
    "reservation_ended_and_missed": Case(kind="m5.large", ends=-10.5, state="retired", wastes=(EXPIRED,)),
    "reservation_ended_for_three": Case(
        kind="m5.large", count=9, ends=-12.5, state="retired", trap="ended, and fewer run than it was for"
    ),
    "reservation_ended_and_gone": Case(
        kind="z1d.large", ends=-9.5, state="retired", trap="ended, and nothing of its type runs any more"
    ),
    "reservation_ended_just_now": Case(kind="m5.xlarge", ends=-1.5, state="retired", unknowns=(EXPIRED,)),
    "reservation_retired_long": Case(kind="m5.large", ends=-76, state="retired", trap="it ended months ago"),
    "database_reserved": Case(service="rds", kind="db.m6g.large", ends=150),
    "database_reservation_ends": Case(service="rds", kind="db.m5.large", ends=25.5, wastes=(EXPIRING,)),
    "database_reservation_missed": Case(
        service="rds", kind="db.m6g.large", ends=-8.5, state="retired", wastes=(EXPIRED,)
    ),
    "cache_reserved": Case(service="elasticache", kind="cache.r6g.large", ends=210),
    "cache_reservation_unused": Case(
        service="elasticache", kind="cache.r5.xlarge", ends=90, used=NOT_USED, wastes=(UNUSED,)
    ),
    "warehouse_reserved": Case(service="redshift", kind="ra3.xlplus", count=2, ends=75),
    "warehouse_reserved_too": Case(service="redshift", kind="dc2.large", ends=310, used=NEARLY),
    "memory_reserved": Case(service="memorydb", kind="db.r6g.large", ends=120),
    "memory_reserved_too": Case(service="memorydb", kind="db.t4g.small", ends=220),
    "search_reserved": Case(service="opensearch", kind="m6g.large.search", ends=130),
    "search_reserved_too": Case(service="opensearch", kind="r6g.large.search", count=3, ends=230, used=NEARLY),
}


def add(draw: Draw, estate: Estate) -> None:
    for account, region in CELLS:
        estate.items.extend(_item(draw, name, case, account, region) for name, case in CASES.items())


def _item(draw: Draw, name: str, case: Case, account: str, region: str) -> Item:
    service, meter, words = BILLED[case.service]
    digest = draw.hex(32)
    own_id = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
    arn = f"arn:aws:{case.service}:{region}:{account}:{words}{own_id}"
    start = draw.ago(365 - case.ends if case.began is None else case.began)
    end = draw.ago(-case.ends)
    first, last = charges.span(start, draw.as_of, until=min(end, draw.as_of))
    per_day = Decimal(case.hour) * 24 * case.count
    shape = _SHAPES[case.service](case, own_id, arn)
    is_billed = case.is_billed and case.state == "active"
    return Item(
        kind="reservation",
        account=account,
        region=region,
        native_id=own_id if case.service in PLAIN_IDS else arn,
        bill_id=arn,
        case=name,
        created_at=min(start, draw.as_of),
        facts={"of": case.service}
        | (
            {
                "type": case.kind,
                "count": case.count,
                "service": service,
                "meter": meter,
                "first": first,
                "last": last,
                "ends": end.date(),
                "per_day": per_day,
                "unused_per_day": per_day * (1 - case.used),
            }
            if is_billed
            else {}
        ),
        shape=shape | _times(case, start, end),
        wastes=case.wastes,
        fines=case.fines,
        unknowns=case.unknowns,
        saves={EXPIRING: None, EXPIRED: None},
        silent=() if _is_told(draw.as_of) else tuple(one for one in case.wastes if one == UNUSED),
        trap=case.trap,
    )


def _is_told(as_of: datetime) -> bool:
    """Whether the last month of which the bill is done ended lately: a reservation is billed by the month."""
    done = as_of - timedelta(days=1)  # the day before stands on the bill, but the provider is not done with it
    return (as_of - done.replace(day=1)).days <= TOLD_DAYS


def _times(case: Case, start: datetime, end: datetime) -> dict[str, Any]:
    if case.service == "ec2":
        return {"Start": start} | ({"Duration": YEAR_SECONDS, "End": end} if case.says_its_end else {})
    return {"StartTime": start, "Duration": int((end - start) / timedelta(seconds=1))}


def _machine(case: Case, own_id: str, _: str) -> dict[str, Any]:
    return {
        "ReservedInstancesId": own_id,
        "InstanceType": case.kind,
        "InstanceCount": case.count,
        "ProductDescription": "Linux/UNIX",
        "Scope": "Region",
        "InstanceTenancy": "default",
        "OfferingClass": "standard",
        "OfferingType": "No Upfront",
        "CurrencyCode": "USD",
        "FixedPrice": 0.0,
        "UsagePrice": 0.0,
        "RecurringCharges": [{"Amount": float(case.hour), "Frequency": "Hourly"}],
        "State": case.state,
        "Tags": [],
    }


def _recurring(case: Case) -> dict[str, Any]:
    return {
        "FixedPrice": 0.0,
        "RecurringCharges": [{"RecurringChargeAmount": float(case.hour), "RecurringChargeFrequency": "Hourly"}],
        "State": case.state,
    }


def _database(case: Case, own_id: str, arn: str) -> dict[str, Any]:
    return {
        **_recurring(case),
        "ReservedDBInstanceId": own_id,
        "ReservedDBInstanceArn": arn,
        "DBInstanceClass": case.kind,
        "DBInstanceCount": case.count,
        "ProductDescription": "postgresql",
        "OfferingType": "No Upfront",
        "MultiAZ": False,
        "CurrencyCode": "USD",
    }


def _cache(case: Case, own_id: str, arn: str) -> dict[str, Any]:
    return {
        **_recurring(case),
        "ReservedCacheNodeId": own_id,
        "ReservationARN": arn,
        "CacheNodeType": case.kind,
        "CacheNodeCount": case.count,
        "ProductDescription": "redis",
        "OfferingType": "No Upfront",
    }


def _warehouse(case: Case, own_id: str, _: str) -> dict[str, Any]:
    more = {"OfferingType": "No Upfront", "CurrencyCode": "USD"}
    return {
        **_recurring(case),
        **more,
        "ReservedNodeId": own_id,
        "NodeType": case.kind,
        "NodeCount": case.count,
        "ReservedNodeOfferingType": "Regular",
    }


def _memory(case: Case, own_id: str, arn: str) -> dict[str, Any]:
    return {
        **_recurring(case),
        "ReservationId": own_id,
        "ARN": arn,
        "NodeType": case.kind,
        "NodeCount": case.count,
        "OfferingType": "No Upfront",
    }


def _search(case: Case, own_id: str, _: str) -> dict[str, Any]:
    return {
        **_recurring(case),
        "ReservationName": case.kind.replace(".", "-"),
        "ReservedInstanceId": own_id,
        "InstanceType": case.kind,
        "InstanceCount": case.count,
        "PaymentOption": "NO_UPFRONT",
        "CurrencyCode": "USD",
    }


_SHAPES = {
    "ec2": _machine,
    "rds": _database,
    "elasticache": _cache,
    "redshift": _warehouse,
    "memorydb": _memory,
    "opensearch": _search,
}


def _rows(asked: Asked, service: str) -> list[dict[str, Any]]:
    return [item.shape for item in asked.of("reservation") if item.facts["of"] == service]


def _machines(asked: Asked) -> dict[str, Any]:
    if asked.parameters.get("Filters"):
        raise Refusal("InvalidParameterValue", "No filter is known here")
    wanted = {
        "ReservedInstancesId": asked.parameters.get("ReservedInstancesIds"),
        "OfferingClass": [one] if (one := asked.parameters.get("OfferingClass")) else None,
        "OfferingType": [one] if (one := asked.parameters.get("OfferingType")) else None,
    }
    return {"ReservedInstances": matching(_rows(asked, "ec2"), wanted)}


SEARCH_PAGES = Pages(token="NextToken", limit="MaxResults", next_token="NextToken", items="ReservedInstances")  # noqa: S106 - page tokens
ANSWERS = (
    Answered(
        service="ec2",
        operation="DescribeReservedInstances",
        make=_machines,
        honours=frozenset({"ReservedInstancesIds", "OfferingClass", "OfferingType"}),
    ),
    Answered(
        service="rds",
        operation="DescribeReservedDBInstances",
        make=lambda asked: {"ReservedDBInstances": _rows(asked, "rds")},
    ),
    Answered(
        service="elasticache",
        operation="DescribeReservedCacheNodes",
        make=lambda asked: {"ReservedCacheNodes": _rows(asked, "elasticache")},
    ),
    Answered(
        service="redshift",
        operation="DescribeReservedNodes",
        make=lambda asked: {"ReservedNodes": _rows(asked, "redshift")},
    ),
    Answered(
        service="memorydb",
        operation="DescribeReservedNodes",
        make=lambda asked: {"ReservedNodes": _rows(asked, "memorydb")},
    ),
    Answered(
        service="opensearch",
        operation="DescribeReservedInstances",
        make=lambda asked: {"ReservedInstances": _rows(asked, "opensearch")},
        action="es:DescribeReservedInstances",
        pages=SEARCH_PAGES,
    ),
)
