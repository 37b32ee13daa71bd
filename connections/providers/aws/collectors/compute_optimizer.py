"""Compute Optimizer: what it advises in one region for what it knows there, each resource as its own ARN names it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws import advice
from connections.resources.opinions import ComputeOptimizerOpinion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

PAGE, PAGE_OF_IDLE = 1000, 100  # the most that each list gives at once: it refuses to be asked for more
NEXT_PAGE = {"nextToken": "It only tells the pages of an answer apart."}
KINDS = (ComputeOptimizerOpinion.KIND,)
FUNCTION_PARTS = 7  # of the ARN of a function as such: arn, partition, service, region, account, "function", its name
ENROLLED, NOT_YET = "Active", "Pending"
NOT_ENROLLED = "This account is not enrolled in Compute Optimizer, so there is nothing of it to compare with."
UNDER_WAY = "This account's enrolment in Compute Optimizer is under way: it advises nothing yet."


def _call(subject: str, *, of: str, besides: tuple[str, ...] = (), withheld: tuple[str, ...] = ("tags",)) -> Call:
    """A list of recommendations; `of` is where the answer holds it, `withheld` what is never parsed of each."""
    operation = f"Get{subject}Recommendations"
    return Call(
        service="compute-optimizer",
        operation=operation,
        action=f"compute-optimizer:{operation}",
        why="Reads what Compute Optimizer advises, to show it beside our own findings.",
        cheapest={"maxResults": 1},
        absent=frozenset({"OptInRequiredException"}),
        besides=besides,
        withheld=tuple(f"{of}.{member}" for member in withheld),
        kept=NEXT_PAGE if subject != "LambdaFunction" else {},
    )


GET_ENROLLMENT = Call(
    service="compute-optimizer",
    operation="GetEnrollmentStatus",
    action="compute-optimizer:GetEnrollmentStatus",
    why="Tells whether Compute Optimizer is switched on, without which it advises nothing.",
)
GET_INSTANCES = _call(
    "EC2Instance",
    of="instanceRecommendations",
    besides=("ec2:DescribeInstances",),
    withheld=("tags", "effectiveRecommendationPreferences"),
)
GET_VOLUMES = _call("EBSVolume", of="volumeRecommendations", besides=("ec2:DescribeVolumes",))
GET_GROUPS = _call(
    "AutoScalingGroup",
    of="autoScalingGroupRecommendations",
    besides=("autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances"),
    withheld=("effectiveRecommendationPreferences",),
)
GET_FUNCTIONS = _call(
    "LambdaFunction",
    of="lambdaFunctionRecommendations",
    besides=("lambda:ListFunctions", "lambda:ListProvisionedConcurrencyConfigs"),
)
GET_SERVICES = _call(
    "ECSService",
    of="ecsServiceRecommendations",
    besides=("ecs:ListClusters", "ecs:ListServices"),
    withheld=("tags", "currentServiceConfiguration", "serviceRecommendationOptions.containerRecommendations"),
)
GET_DATABASES = _call(
    "RDSDatabase", of="rdsDBRecommendations", besides=("rds:DescribeDBClusters", "rds:DescribeDBInstances")
)
GET_LICENSES = _call("License", of="licenseRecommendations", besides=("ec2:DescribeInstances",))
GET_IDLE = _call("Idle", of="idleRecommendations", withheld=("tags", "findingDescription"))
CALLS = (
    GET_ENROLLMENT,
    *(GET_INSTANCES, GET_VOLUMES, GET_GROUPS, GET_FUNCTIONS, GET_SERVICES, GET_DATABASES, GET_LICENSES, GET_IDLE),
)
IDLE_ACTIONS = {"EC2Instance": "Stop", "RDSDBInstance": "Stop", "AutoScalingGroup": "ScaleIn"}  # of others: Delete


def collect(reader: Reader) -> Iterator[Thing]:
    """What it advises in one region; where the account is not enrolled, nothing, and that is said."""
    enrolled = reader.one(GET_ENROLLMENT, kinds=KINDS)
    if enrolled is None:
        return
    status = enrolled.get("status", "")
    if status != ENROLLED:
        reader.note(UNDER_WAY if status == NOT_YET else NOT_ENROLLED)
        return
    for opinions in reader.together(*(partial(_listed, reader, *one) for one in LISTS)):
        yield from opinions


def _listed(
    reader: Reader, call: Call, result: str, told: Callable[[dict[str, Any]], Iterator[dict[str, Any]]]
) -> list[ComputeOptimizerOpinion]:
    """The opinions of one list. A recommendation may hold none, or two."""
    most = PAGE_OF_IDLE if call is GET_IDLE else PAGE
    rows = reader.listing(call, result=result, row=lambda item: item, kinds=KINDS, maxResults=most).rows
    return [_opinion(reader, item, said) for item in rows for said in told(item)]


def _opinion(reader: Reader, item: Mapping[str, Any], said: dict[str, Any]) -> ComputeOptimizerOpinion:
    arn = said["about_arn"]
    lookback = item.get("lookBackPeriodInDays", item.get("lookbackPeriodInDays"))
    return ComputeOptimizerOpinion(
        resource_id=f"{arn} {said['their_id']}",
        account_id=item.get("accountId") or reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        about_region=advice.region_of(arn, otherwise=reader.region),
        lookback_days=advice.days(lookback),
        refreshed_at=item.get("lastRefreshTimestamp"),
        measured=tuple(dict.fromkeys(one["name"] for one in item.get("utilizationMetrics", ()))),
        **{"about_id": advice.last_part(arn), **said},
    )


def _says(finding: str, *words: str) -> bool:
    """Whether its finding is one of `words`. It has written them both as OVER_PROVISIONED and as Overprovisioned."""
    return finding.replace("_", "").lower() in words


def _best(options: list[dict[str, Any]]) -> dict[str, Any] | None:
    return min(options, key=lambda option: option.get("rank", 0), default=None)


def _on_instance(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    option = _best(item.get("recommendationOptions", []))
    if option is None or not _says(item.get("finding", ""), "overprovisioned", "notoptimized"):
        return
    is_arm = "Architecture" in option.get("platformDifferences", ())
    target = option.get("instanceType", "")
    yield {
        "about_arn": item["instanceArn"],
        "about_kind": "instance",
        "about_type": "Ec2Instance",
        "their_id": "size",
        "action": "MigrateToGraviton" if is_arm else "Rightsize",
        "advice": f"{item.get('currentInstanceType', '')} is {item['finding']}",
        "target": target,
        **advice.savings(option),
    }


def _on_volume(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    option = _best(item.get("volumeRecommendationOptions", []))
    if option is None or not _says(item.get("finding", ""), "notoptimized"):
        return
    now, then = item.get("currentConfiguration", {}), option.get("configuration", {})
    is_other_type = now.get("volumeType") != then.get("volumeType")
    iops, mibps = then.get("volumeBaselineIOPS"), then.get("volumeBaselineThroughput")
    size = "" if is_other_type else f" of {then.get('volumeSize')} GiB, {iops} IOPS, {mibps} MiB/s"
    yield {
        "about_arn": item["volumeArn"],
        "about_kind": "volume",
        "about_type": "EbsVolume",
        "their_id": "configuration",
        "action": "Upgrade" if is_other_type else "Rightsize",
        "advice": f"{now.get('volumeType', '')} is {item['finding']}",
        "target": f"{then.get('volumeType', '')}{size}",
        **advice.savings(option),
    }


def _on_group(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    option = _best(item.get("recommendationOptions", []))
    if option is None or not _says(item.get("finding", ""), "overprovisioned", "notoptimized"):
        return
    yield {
        "about_arn": item["autoScalingGroupArn"],
        "about_id": item.get("autoScalingGroupName", ""),
        "about_type": "Ec2AutoScalingGroup",
        "their_id": "size",
        "action": "Rightsize",
        "advice": f"Its {item.get('currentConfiguration', {}).get('instanceType', 'types')}: {item['finding']}",
        "target": option.get("configuration", {}).get("instanceType", ""),
        **advice.savings(option),
    }


def _on_function(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    option = _best(item.get("memorySizeRecommendationOptions", []))
    reasons = item.get("findingReasonCodes", ())
    if option is None or not any(_says(reason, "memoryoverprovisioned") for reason in reasons):
        return
    yield {
        # Without the version that may stand behind it: what they mean is the function.
        "about_arn": ":".join(item["functionArn"].split(":")[:FUNCTION_PARTS]),
        "about_type": "LambdaFunction",
        "their_id": f"memory {item.get('functionVersion', '')}".strip(),
        "action": "Rightsize",
        "advice": f"{item.get('currentMemorySize')} MB are {item['finding']}",
        "target": f"{option.get('memorySize')} MB",
        **advice.savings(option),
    }


def _on_service(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    options = item.get("serviceRecommendationOptions", [])
    if not options or not _says(item.get("finding", ""), "overprovisioned"):
        return
    option = options[0]
    yield {
        "about_arn": item["serviceArn"],
        "about_type": "EcsService",
        "their_id": "size",
        "action": "Rightsize",
        "advice": f"Its tasks are {item['finding']}",
        "target": f"{option.get('cpu')} CPU units, {option.get('memory')} MiB",
        **advice.savings(option),
    }


def _on_database(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Of its class and of its storage apart. A member of a cluster shares the cluster's storage."""
    about = {"about_arn": item["resourceArn"], "about_kind": "database"}
    option = _best(item.get("instanceRecommendationOptions", []))
    if option and _says(item.get("instanceFinding", ""), "overprovisioned"):
        yield {
            **about,
            "about_type": "RdsDbInstance",
            "their_id": "class",
            "action": "Rightsize",
            "advice": f"{item.get('currentDBInstanceClass', '')} is {item['instanceFinding']}",
            "target": option.get("dbInstanceClass", ""),
            **advice.savings(option),
        }
    option = _best(item.get("storageRecommendationOptions", []))
    if option and _says(item.get("storageFinding", ""), "overprovisioned", "notoptimized"):
        now, then = item.get("currentStorageConfiguration", {}), option.get("storageConfiguration", {})
        is_other_type = now.get("storageType") != then.get("storageType")
        gib = then.get("allocatedStorage")  # none of Aurora's, which grows by itself
        yield {
            **about,
            "about_type": "RdsDbInstanceStorage",
            "their_id": "storage",
            "action": "Upgrade" if is_other_type else "Rightsize",
            "advice": f"Its {now.get('storageType', '')} storage is {item['storageFinding']}",
            "target": f"{then.get('storageType', '')} storage" + (f" of {gib} GiB" if gib else ""),
            **advice.savings(option),
        }


def _on_license(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    option = _best(item.get("licenseRecommendationOptions", []))
    if option is None or not _says(item.get("finding", ""), "notoptimized"):
        return
    now = item.get("currentLicenseConfiguration", {})
    yield {
        "about_arn": item["resourceArn"],
        "about_type": "License",
        "their_id": "licence",
        "advice": f"{now.get('licenseName', 'Its licence')} {now.get('licenseEdition', '')} is {item['finding']}",
        "target": f"{option.get('licenseEdition', '')} ({option.get('licenseModel', '')})",
        **advice.savings(option),
    }


def _on_idle(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = item.get("resourceType", "")
    yield {
        "about_arn": item["resourceArn"],
        "about_id": item.get("resourceId") or advice.last_part(item["resourceArn"]),
        "about_kind": advice.kind_of(kind),
        "about_type": kind,
        "their_id": "idle",
        "action": IDLE_ACTIONS.get(kind, "Delete"),
        "advice": str(item.get("finding", "")),
        **advice.savings(item),
    }


LISTS: tuple[tuple[Call, str, Callable[[dict[str, Any]], Iterator[dict[str, Any]]]], ...] = (
    (GET_INSTANCES, "instanceRecommendations", _on_instance),
    (GET_VOLUMES, "volumeRecommendations", _on_volume),
    (GET_GROUPS, "autoScalingGroupRecommendations", _on_group),
    (GET_FUNCTIONS, "lambdaFunctionRecommendations", _on_function),
    (GET_SERVICES, "ecsServiceRecommendations", _on_service),
    (GET_DATABASES, "rdsDBRecommendations", _on_database),
    (GET_LICENSES, "licenseRecommendations", _on_license),
    (GET_IDLE, "idleRecommendations", _on_idle),
)
COLLECTOR = Collector(
    service="compute-optimizer",
    needs={ComputeOptimizerOpinion: CALLS},
    calls=CALLS,
    collect=collect,
    # It costs nothing itself: these are what it speaks of, and where none of them is billed it has nothing to say.
    billed_as=(
        "Amazon Elastic Compute Cloud",
        "AWS Lambda",
        "Amazon EC2 Container Service",
        "Amazon Elastic Container Service",
        "Amazon Relational Database Service",
        "Amazon Virtual Private Cloud",
        "Amazon DynamoDB",
        "Amazon ElastiCache",
        "Amazon MemoryDB",
        "Amazon DocumentDB",
        "Amazon WorkSpaces",
        "Amazon SageMaker",
    ),
)
