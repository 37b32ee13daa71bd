"""Reservations: what an account has bought ahead of EC2's machines and of the services that reserve as EC2 does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.offered import may_have
from connections.providers.aws.reader import clean_tags
from connections.resources.commitments import Reservation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

PRODUCT = "AWS' own word for what is reserved: Linux/UNIX, mysql, redis."
WHY = "Lists {}, so that what ends, what goes unused and what covers a {} already is told."
DESCRIBE_INSTANCES = Call(
    service="ec2",
    operation="DescribeReservedInstances",
    action="ec2:DescribeReservedInstances",
    why=WHY.format("reserved instances", "machine"),
    cheapest={"OfferingType": "No Upfront"},
    kept={"ReservedInstances.ProductDescription": PRODUCT},
)
DESCRIBE_DATABASES = Call(
    service="rds",
    operation="DescribeReservedDBInstances",
    action="rds:DescribeReservedDBInstances",
    why=WHY.format("reserved database instances", "database"),
    cheapest={"MaxRecords": 20},
    kept={"ReservedDBInstances.ProductDescription": PRODUCT},
)
DESCRIBE_CACHES = Call(
    service="elasticache",
    operation="DescribeReservedCacheNodes",
    action="elasticache:DescribeReservedCacheNodes",
    why=WHY.format("reserved cache nodes", "cache"),
    cheapest={"MaxRecords": 20},
    kept={"ReservedCacheNodes.ProductDescription": PRODUCT},
)
DESCRIBE_WAREHOUSES = Call(
    service="redshift",
    operation="DescribeReservedNodes",
    action="redshift:DescribeReservedNodes",
    why=WHY.format("reserved nodes of Redshift", "warehouse"),
    cheapest={"MaxRecords": 20},
)
DESCRIBE_MEMORY = Call(
    service="memorydb",
    operation="DescribeReservedNodes",
    action="memorydb:DescribeReservedNodes",
    why=WHY.format("reserved nodes of MemoryDB", "cluster"),
    cheapest={"MaxResults": 20},
)
DESCRIBE_SEARCH = Call(
    service="opensearch",
    operation="DescribeReservedInstances",
    action="es:DescribeReservedInstances",
    why=WHY.format("reserved instances of OpenSearch", "domain"),
    cheapest={"MaxResults": 1},
    withheld=("ReservedInstances.BillingSubscriptionId",),
    kept={"NextToken": "Where the next page begins."},
)


@dataclass(frozen=True, kw_only=True)
class _Way:
    """How one service tells of its reservations: the members of a row that hold what all of them tell."""

    call: Call
    result: str
    listed_by: str
    identifier: str
    item_type: str
    count: str
    payment: str = "OfferingType"
    platform: str = ""
    is_paged: bool = True


WAYS = (
    _Way(
        call=DESCRIBE_INSTANCES, result="ReservedInstances", listed_by="describe-reserved-instances",
        identifier="ReservedInstancesId", item_type="InstanceType", count="InstanceCount",
        platform="ProductDescription", is_paged=False,
    ),
    _Way(
        call=DESCRIBE_DATABASES, result="ReservedDBInstances", listed_by="describe-reserved-db-instances",
        identifier="ReservedDBInstanceArn", item_type="DBInstanceClass", count="DBInstanceCount",
        platform="ProductDescription",
    ),
    _Way(
        call=DESCRIBE_CACHES, result="ReservedCacheNodes", listed_by="describe-reserved-cache-nodes",
        identifier="ReservationARN", item_type="CacheNodeType", count="CacheNodeCount", platform="ProductDescription",
    ),
    _Way(
        call=DESCRIBE_WAREHOUSES, result="ReservedNodes", listed_by="describe-reserved-nodes",
        identifier="ReservedNodeId", item_type="NodeType", count="NodeCount",
    ),
    _Way(
        call=DESCRIBE_MEMORY, result="ReservedNodes", listed_by="describe-reserved-nodes", identifier="ARN",
        item_type="NodeType", count="NodeCount",
    ),
    _Way(
        call=DESCRIBE_SEARCH, result="ReservedInstances", listed_by="describe-reserved-instances",
        identifier="ReservedInstanceId", item_type="InstanceType", count="InstanceCount", payment="PaymentOption",
        is_paged=False,
    ),
)  # fmt: skip
NEVER_CAME = frozenset({"payment-failed", "queued-deleted", "delete-pending", "deleted", "offline"})
BEGUN_OR_WAITING = frozenset({"active", "queued", "payment-pending"})
TAKES_OVER = timedelta(days=7)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every reservation of one region that runs, waits or has ended, each with how many take over from it."""
    offered = [way for way in WAYS if may_have(way.call.service, reader.region)]
    listings = reader.together(*(lambda way=way: _listed(reader, way) for way in offered))
    found = [one for listed in listings for one in listed]
    for one in found:
        yield replace(one, followed_count=sum(other.count for other in found if _takes_over(other, one)))


def _listed(reader: Reader, way: _Way) -> tuple[Reservation, ...]:
    return reader.listing(
        way.call,
        result=way.result,
        row=lambda item: _reservation(reader, way, item),
        kinds=(Reservation.KIND,),
        page_size=100 if way.is_paged else None,
    ).rows


def _reservation(reader: Reader, way: _Way, item: dict[str, Any]) -> Reservation | None:
    if item.get("State") in NEVER_CAME:
        return None
    begins_at = item.get("Start") or item.get("StartTime")
    tags = clean_tags(item.get("Tags"))
    return Reservation(
        resource_id=_named(reader, way, item[way.identifier]),
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=tags.get("Name", "") or item.get("ReservationName", ""),
        created_at=begins_at,
        tags=tags,
        of_service=way.call.service,
        listed_by=way.listed_by,
        state=item.get("State", ""),
        item_type=item.get(way.item_type, ""),
        count=item.get(way.count, 0),
        platform=item.get(way.platform, "") if way.platform else "",
        is_multi_az=bool(item.get("MultiAZ")),
        is_convertible=item.get("OfferingClass") == "convertible",
        payment_option=item.get(way.payment, ""),
        begins_at=begins_at,
        ends_at=item.get("End") or _end(begins_at, item.get("Duration")),
    )


def _named(reader: Reader, way: _Way, identifier: str) -> str:
    """By ARN, as the bill has it, where AWS documents how it is made."""
    if way.call is DESCRIBE_INSTANCES:
        return f"arn:aws:ec2:{reader.region}:{reader.account_id}:reserved-instances/{identifier}"
    return identifier


def _end(begins_at: datetime | None, seconds: int | None) -> datetime | None:
    return begins_at + timedelta(seconds=seconds) if begins_at is not None and seconds else None


def _takes_over(other: Reservation, one: Reservation) -> bool:
    if one.ends_at is None or other.begins_at is None or other.resource_id == one.resource_id:
        return False
    kinds = {(each.of_service, each.item_type, each.platform, each.is_multi_az) for each in (other, one)}
    return len(kinds) == 1 and other.state in BEGUN_OR_WAITING and abs(other.begins_at - one.ends_at) <= TAKES_OVER


COLLECTOR = Collector(
    service="reservations",
    needs={Reservation: tuple(way.call for way in WAYS)},
    calls=tuple(way.call for way in WAYS),
    collect=collect,
    billed_as=(
        "Amazon Elastic Compute Cloud",
        "Amazon Relational Database Service",
        "Amazon ElastiCache",
        "Amazon Redshift",
        "Amazon MemoryDB",
        "Amazon OpenSearch Service",
    ),
)
