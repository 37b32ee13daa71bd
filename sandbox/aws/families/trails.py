"""Trails: the one that is wanted, its copies, and those that only seem copies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import names
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

DUPLICATE = "aws_cloudtrail_trail_duplicate"
BILLED_AS = "AWS CloudTrail"
SERVICES = {BILLED_AS: ("Management and Governance", "Governance", "AWSCloudTrail")}
RESOURCE_TYPES = {"trail": "Trail"}
CELL = (names.SHOP, "us-east-1")
# Where an organisation refuses to tell what a trail logs.
REFUSED_CELL = (names.LAB, "ap-southeast-2")
REFUSED = ((*REFUSED_CELL, "cloudtrail:GetEventSelectors"),)
EVERYTHING = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]
READS = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True, "DataResources": []}]
NO_MANAGEMENT = [
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": False,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::northwind-orders/"]}],
    }
]
WRITES = [
    {
        "Name": "Writes",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Management"]},
            {"Field": "readOnly", "Equals": ["false"]},
        ],
    }
]
CASES = {
    "everything": Case(has={"everywhere": True, "feeds": True}),
    "forgotten_copy": Case(wastes=(DUPLICATE,), has={"copies": 900_000}),
    "copy_of_reads": Case(wastes=(DUPLICATE,), has={"basic": READS, "copies": 600_000}),
    "copy_of_writes": Case(wastes=(DUPLICATE,), has={"advanced": WRITES, "copies": 200_000}),
    "objects_alone": Case(count=2, has={"basic": NO_MANAGEMENT}, trap="a second trail, but of data events alone"),
    "switched_off": Case(has={"is_off": True, "where": REFUSED_CELL}, trap="a second trail, but switched off"),
    "untold": Case(
        count=2,
        unknowns=(DUPLICATE,),
        has={"where": REFUSED_CELL, "copies": 90_000},
        trap="nobody may ask what a trail of two logs",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        account, region = stand.case.has.get("where", CELL)
        _trail(draw, estate, replace(stand, account=account, region=region))


def _trail(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, arn = stand.case.has, stand.arn("cloudtrail", f"trail/{stand.label}")
    item = stand.item(draw, kind="trail", native_id=arn, bill_id=arn, rules=(DUPLICATE,))
    is_everywhere = has.get("everywhere", False)
    group = stand.arn("logs", "log-group:trail:*")
    item.shape = {
        "Name": item.name,
        "S3BucketName": "northwind-trails",
        "IncludeGlobalServiceEvents": is_everywhere,
        "IsMultiRegionTrail": is_everywhere,
        "HomeRegion": stand.region,
        "TrailARN": arn,
        "LogFileValidationEnabled": True,
        "HasCustomEventSelectors": "basic" in has or "advanced" in has,
        "HasInsightSelectors": False,
        "IsOrganizationTrail": False,
        **({"CloudWatchLogsLogGroupArn": group} if has.get("feeds") else {}),
    }
    chosen = {"AdvancedEventSelectors": has["advanced"]} if "advanced" in has else {}
    item.facts |= {
        "selectors": {"TrailARN": arn, **(chosen or {"EventSelectors": has.get("basic", EVERYTHING)})},
        "status": {
            "IsLogging": not has.get("is_off", False),
            "StartLoggingTime": item.created_at,
            "LatestDeliveryTime": draw.as_of,
        },
    }
    counted = {"PaidEventsRecorded": has.get("copies"), "DataEventsRecorded": 50_000 if "basic" in has else None}
    item.parts = {DUPLICATE: "PaidEventsRecorded"}
    item.charges = [
        meter(draw, item, service=BILLED_AS, name=name, unit="Events", price=price, operation="None",
              per_day=Decimal(events))
        for (name, events), price in zip(counted.items(), ("0.00002", "0.000001"), strict=True)
        if events
    ]  # fmt: skip
    estate.items.append(item)


def _listed(asked: Asked) -> dict[str, Any]:
    """The region's own trails; those of other regions that log here stand in no other cell."""
    return {"trailList": [item.shape for item in asked.of("trail")]}


def _found(asked: Asked, name: str) -> dict[str, Any]:
    for item in asked.of("trail"):
        if name in {item.name, item.native_id}:
            return item.facts
    raise Refusal("TrailNotFoundException", f"Unknown trail: {name}")


ANSWERS = (
    Answered(
        service="cloudtrail", operation="DescribeTrails", make=_listed, honours=frozenset({"includeShadowTrails"})
    ),
    Answered(
        service="cloudtrail",
        operation="GetEventSelectors",
        make=lambda asked: dict(_found(asked, asked.parameters["TrailName"])["selectors"]),
        honours=frozenset({"TrailName"}),
        tried_with=lambda estate: {"TrailName": estate.of("trail")[0].native_id},
    ),
    Answered(
        service="cloudtrail",
        operation="GetTrailStatus",
        make=lambda asked: dict(_found(asked, asked.parameters["Name"])["status"]),
        honours=frozenset({"Name"}),
        tried_with=lambda estate: {"Name": estate.of("trail")[0].native_id},
    ),
)
