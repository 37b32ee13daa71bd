"""Compute Optimizer: who has enrolled, and what it thinks of machines, volumes, databases and of what is idle."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges, opinions
from sandbox.aws.shaped import Answered, Asked, camel_pages, matching
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.aws.model import Item
    from sandbox.aws.opinions import Opinion

SERVICE = "compute-optimizer"
EFFORT_OF_CHANGE = "Low"


def _status(asked: Asked) -> dict[str, Any]:
    is_enrolled = asked.account in opinions.ENROLLED
    return {
        "status": "Active" if is_enrolled else "Inactive",
        "memberAccountsEnrolled": False,
        "lastUpdatedTimestamp": asked.estate.as_of - timedelta(days=200),
    }


def _findings(asked: Asked) -> list[str] | None:
    """The findings that were asked for; None for all of them."""
    wanted: list[str] | None = None
    for one in asked.parameters.get("filters", ()):
        if one.get("name") != "Finding":
            raise Refusal("InvalidParameterValueException", f"The sandbox knows no filter {one.get('name')}.")
        wanted = list(one["values"])
    return wanted


def _machines(asked: Asked) -> dict[str, Any]:
    opinions.refuse_strangers(asked)
    rows = [_machine(asked, item) for item in asked.of("instance") if opinions.is_known(item, asked.estate)]
    wanted = {"finding": _findings(asked), "instanceArn": asked.parameters.get("instanceArns")}
    return {"instanceRecommendations": matching(rows, wanted), "errors": []}


def _machine(asked: Asked, item: Item) -> dict[str, Any]:
    said = {opinion.action: opinion for opinion in opinions.on(item, asked.estate)}
    smaller = said.get("Rightsize")
    return {
        "instanceArn": f"arn:aws:ec2:{item.region}:{item.account}:instance/{item.native_id}",
        "accountId": item.account,
        "instanceName": item.name,
        "currentInstanceType": item.facts["type"],
        "finding": "Overprovisioned" if smaller else "Optimized",
        "findingReasonCodes": ["CPUOverprovisioned", "NetworkBandwidthOverprovisioned"] if smaller else [],
        "utilizationMetrics": _processor(asked, item),
        "lookBackPeriodInDays": float(opinions.LOOKBACK_DAYS),
        "recommendationOptions": [_option(smaller)] if smaller else [],
        "recommendationSources": [
            {
                "recommendationSourceArn": f"arn:aws:ec2:{item.region}:{item.account}:instance/{item.native_id}",
                "recommendationSourceType": "Ec2Instance",
            }
        ],
        "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=11),
        "currentPerformanceRisk": "VeryLow",
        "effectiveRecommendationPreferences": {
            "cpuVendorArchitectures": ["CURRENT"],
            "enhancedInfrastructureMetrics": "Inactive",
            "inferredWorkloadTypes": "Active",
            "lookBackPeriod": "DAYS_14",
            "savingsEstimationMode": {"source": "CostOptimizationHub"},
        },
        "instanceState": "running",
        "tags": [{"key": key, "value": value} for key, value in item.tags.items()],
        "idle": "True" if "Stop" in said else "False",
    }


def _processor(asked: Asked, item: Item) -> list[dict[str, Any]]:
    """The highest processor use of the window, from the series that CloudWatch answers from."""
    series = asked.estate.series.get((item.account, item.region), {})
    values = series.get(("AWS/EC2", "CPUUtilization", "InstanceId", item.native_id), {}).get("Maximum", [])
    known = [value for value in values[-opinions.LOOKBACK_DAYS :] if value is not None]
    return [{"name": "Cpu", "statistic": "Maximum", "value": max(known)}] if known else []


def _option(opinion: Opinion) -> dict[str, Any]:
    return {
        "instanceType": opinion.target,
        "projectedUtilizationMetrics": [],
        "platformDifferences": [],
        "performanceRisk": 1.0,
        "rank": 1,
        **_savings(opinion),
        "migrationEffort": EFFORT_OF_CHANGE,
    }


def _savings(opinion: Opinion) -> dict[str, Any]:
    def money(saving: Decimal) -> Mapping[str, Any]:
        return {
            "savingsOpportunityPercentage": float((saving / opinion.cost * 100).quantize(Decimal("0.01"))),
            "estimatedMonthlySavings": {"currency": "USD", "value": float(saving)},
        }

    return {
        "savingsOpportunity": money(opinion.saving),
        "savingsOpportunityAfterDiscounts": money(opinion.after_discounts),
    }


def _volumes(asked: Asked) -> dict[str, Any]:
    """Of volumes it speaks only while they are attached."""
    opinions.refuse_strangers(asked)
    rows = [_volume(asked, item) for item in asked.of("volume") if item.is_in_inventory and item.facts["instance_id"]]
    wanted = {"finding": _findings(asked), "volumeArn": asked.parameters.get("volumeArns")}
    return {"volumeRecommendations": matching(rows, wanted), "errors": []}


def _volume(asked: Asked, item: Item) -> dict[str, Any]:
    upgrade = next((one for one in opinions.on(item, asked.estate) if one.action == "Upgrade"), None)
    size = int(item.facts["size"])
    options = []
    if upgrade:
        options = [
            {
                "configuration": _configuration("gp3", size, item),
                "performanceRisk": 0.0,
                "rank": 1,
                **_savings(upgrade),
            }
        ]
    return {
        "volumeArn": f"arn:aws:ec2:{item.region}:{item.account}:volume/{item.native_id}",
        "accountId": item.account,
        "currentConfiguration": _configuration(item.facts["type"], size, item),
        "finding": "NotOptimized" if upgrade else "Optimized",
        "utilizationMetrics": [],
        "lookBackPeriodInDays": float(opinions.LOOKBACK_DAYS),
        "volumeRecommendationOptions": options,
        "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=11),
        "currentPerformanceRisk": "VeryLow",
        "effectiveRecommendationPreferences": {
            "savingsEstimationMode": {"source": "CostOptimizationHub"},
            "lookBackPeriod": "DAYS_14",
        },
        "tags": [{"key": key, "value": value} for key, value in item.tags.items()],
    }


def _configuration(kind: str, size: int, item: Item) -> dict[str, Any]:
    iops, mibps = charges.gp2_sustains(size) if kind == "gp2" else (3000, 125)
    return {
        "volumeType": kind,
        "volumeSize": size,
        "volumeBaselineIOPS": iops,
        "volumeBurstIOPS": max(iops, 3000),
        "volumeBaselineThroughput": mibps,
        "volumeBurstThroughput": max(mibps, 125),
        "rootVolume": item.facts.get("device") == "/dev/xvda",
    }


def _databases(asked: Asked) -> dict[str, Any]:
    """Of databases it knows those that run; it finds none of them too large."""
    opinions.refuse_strangers(asked)
    rows = [_database(asked, item) for item in asked.of("database") if item.facts["state"] == "available"]
    return {"rdsDBRecommendations": matching(rows, {"resourceArn": asked.parameters.get("resourceArns")}), "errors": []}


def _database(asked: Asked, item: Item) -> dict[str, Any]:
    is_idle = any(one.action == "Stop" for one in opinions.on(item, asked.estate))
    return {
        "resourceArn": item.native_id,
        "accountId": item.account,
        "engine": "postgres",
        "currentDBInstanceClass": item.facts["class"],
        "idle": "True" if is_idle else "False",
        "instanceFinding": "Optimized",
        "storageFinding": "Optimized",
        "instanceRecommendationOptions": [],
        "storageRecommendationOptions": [],
        "lookbackPeriodInDays": float(opinions.LOOKBACK_DAYS),
        "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=11),
    }


IDLE = {
    "instance": ("EC2Instance", "Idle", "arn:aws:ec2:{region}:{account}:instance/{id}"),
    "volume": ("EBSVolume", "Unattached", "arn:aws:ec2:{region}:{account}:volume/{id}"),
    "nat_gateway": ("NatGateway", "Unused", "arn:aws:ec2:{region}:{account}:natgateway/{id}"),
    "database": ("RDSDBInstance", "Idle", "{id}"),
}


def _idle(asked: Asked) -> dict[str, Any]:
    """What it would stop or delete, of any type."""
    opinions.refuse_strangers(asked)
    rows = list(_idle_rows(asked))
    return {"idleRecommendations": matching(rows, {"resourceArn": asked.parameters.get("resourceArns")}), "errors": []}


def _idle_rows(asked: Asked) -> Iterator[dict[str, Any]]:
    for kind, (type_name, finding, arn) in IDLE.items():
        for item in (item for item in asked.of(kind) if item.is_in_inventory):
            for opinion in (one for one in opinions.on(item, asked.estate) if one.action in {"Stop", "Delete"}):
                yield {
                    "resourceArn": arn.format(region=item.region, account=item.account, id=item.native_id),
                    "resourceId": item.name if kind == "database" else item.native_id,
                    "resourceType": type_name,
                    "accountId": item.account,
                    "finding": finding,
                    "findingDescription": f"It was {finding.lower()} over the lookback period.",
                    **_savings(opinion),
                    "lookBackPeriodInDays": float(opinions.LOOKBACK_DAYS),
                    "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=11),
                }


ANSWERS = (
    Answered(
        service=SERVICE,
        operation="GetRDSDatabaseRecommendations",
        make=_databases,
        honours=frozenset({"resourceArns"}),
        besides=("rds:DescribeDBClusters", "rds:DescribeDBInstances"),
        pages=camel_pages("rdsDBRecommendations"),
    ),
    Answered(
        service=SERVICE,
        operation="GetIdleRecommendations",
        make=_idle,
        honours=frozenset({"resourceArns"}),
        pages=camel_pages("idleRecommendations"),
    ),
    Answered(service=SERVICE, operation="GetEnrollmentStatus", make=_status),
    Answered(
        service=SERVICE,
        operation="GetEC2InstanceRecommendations",
        make=_machines,
        besides=("ec2:DescribeInstances",),
        honours=frozenset({"instanceArns", "filters"}),
        pages=camel_pages("instanceRecommendations"),
    ),
    Answered(
        service=SERVICE,
        operation="GetEBSVolumeRecommendations",
        make=_volumes,
        besides=("ec2:DescribeVolumes",),
        honours=frozenset({"volumeArns", "filters"}),
        pages=camel_pages("volumeRecommendations"),
    ),
)
