"""CloudWatch Logs: groups with what they store and for how long, and whether logs of others are copied to some."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace, beneath
from connections.providers.aws.agents import LIST_METRICS
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.logs import LogGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

DESCRIBE_LOG_GROUPS = Call(
    service="logs",
    operation="DescribeLogGroups",
    action="logs:DescribeLogGroups",
    why="Lists log groups with how much they store and for how long. No log is read.",
    cheapest={"limit": 1},
    read=beneath(
        "logGroups",
        *("arn", "logGroupArn", "logGroupName", "logGroupClass", "creationTime"),
        *("storedBytes", "retentionInDays", "retentionPolicyName", "deletionProtectionEnabled"),
    ),
)
NAMESPACE, COPIED = "AWS/Logs", "IncomingCopiedBytes"


def collect(reader: Reader) -> Iterator[Thing]:
    """Every log group of one region. Copies are asked for only where a group keeps for ever what comes in."""
    tags = tags_by_arn(reader, "logs:log-group")
    groups = reader.listing(
        DESCRIBE_LOG_GROUPS,
        result="logGroups",
        row=lambda item: _group(reader, item, tags),
        kinds=(LogGroup.KIND,),
        page_size=50,
    ).rows
    gets_copies = _gets_copies(reader) if any(group.retention_days is None for group in groups) else None
    for group in groups:
        yield replace(group, gets_copies=gets_copies)


def _gets_copies(reader: Reader) -> bool | None:
    """Whether logs of other accounts are copied to this one: what came is told by account, and not by group."""
    listed = reader.listing(
        LIST_METRICS, result="Metrics", row=lambda item: item["MetricName"], Namespace=NAMESPACE, MetricName=COPIED
    )
    return bool(listed.rows) or (False if listed.is_complete else None)


def _group(reader: Reader, item: dict[str, Any], tags: dict[str, dict[str, str]]) -> LogGroup:
    # The older of its two ARNs has a star behind it, which neither tags nor the bill have.
    arn = (item.get("logGroupArn") or item["arn"]).removesuffix(":*")
    created = item.get("creationTime")
    return LogGroup(
        resource_id=arn,
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item["logGroupName"],
        created_at=None if created is None else datetime.fromtimestamp(created / 1000, UTC),
        tags=tags.get(arn) or tags.get(f"{arn}:*", {}),
        stored_bytes=item.get("storedBytes"),
        retention_days=item.get("retentionInDays"),
        log_class=item.get("logGroupClass", "STANDARD"),
        is_protected=bool(item.get("deletionProtectionEnabled")),
        by_policy=bool(item.get("retentionPolicyName")),
    )


def _place(group: LogGroup) -> MetricPlace:
    return MetricPlace(namespace=NAMESPACE, dimensions=(("LogGroupName", group.name),))


COLLECTOR = Collector(
    service="logs",
    needs={LogGroup: (DESCRIBE_LOG_GROUPS, LIST_METRICS)},
    calls=(DESCRIBE_LOG_GROUPS, LIST_METRICS, GET_RESOURCES),
    collect=collect,
    places={LogGroup: _place},
    billed_as=("AmazonCloudWatch", "Amazon CloudWatch"),
)
