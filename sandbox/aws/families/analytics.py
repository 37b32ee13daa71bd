"""Clusters of EMR: at work, waiting, and those that only seem to wait."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.model import HISTORY_DAYS
from sandbox.aws.shaped import Answered
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

IDLE = "aws_emr_cluster_idle"
BILLED_AS = "Amazon Elastic MapReduce"
SERVICES = {BILLED_AS: ("Analytics", "Data Processing", "ElasticMapReduce")}
RESOURCE_TYPES = {"emr_cluster": "Cluster"}
CASES = {
    "busy": Case(count=2, has={"idle": 0.0}),
    "waiting": Case(count=3, wastes=(IDLE,)),
    "at_work": Case(has={"state": "RUNNING"}, trap="was idle for weeks, but has just got a step"),
    "nightly": Case(has={"days_ago": (2, 9)}, trap="waits, but for two nights of the last fourteen days"),
    "just_made": Case(age_days=5, trap="waits, but it is five days old"),
    "research": Case(tags={"keep": "true"}, trap="waits, but is to be kept"),
    "serving": Case(unknowns=(IDLE,), has={"is_fixed": True}, trap="idle by YARN, but HBase may serve on it"),
    "unreachable": Case(unknowns=(IDLE,), has={"missing": (3, 4)}, trap="idle, but unreachable for two days"),
    "gone": Case(has={"state": "TERMINATED"}, trap="was idle, and is terminated"),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _cluster(draw, estate, stand)


def _cluster(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, native = stand.case.has, f"j-{draw.hex(13).upper()}"
    arn = stand.arn("elasticmapreduce", f"cluster/{native}")
    item = stand.item(draw, kind="emr_cluster", native_id=arn, bill_id=arn, rules=(IDLE,))
    state = has.get("state", "WAITING")
    item.shape = {
        "Id": native,
        "Name": item.name,
        "Status": {"State": state, "Timeline": {"CreationDateTime": item.created_at}},
        "NormalizedInstanceHours": 4200,
        "ClusterArn": arn,
    }
    limits = {"UnitType": "Instances", "MinimumCapacityUnits": 2, "MaximumCapacityUnits": 10}
    item.facts["scaling"] = {} if has.get("is_fixed") else {"ManagedScalingPolicy": {"ComputeLimits": limits}}
    if state == "TERMINATED":
        item.is_in_inventory, item.fines, item.tags = False, (), {}
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="BoxUsage:m5.xlarge", unit="Hrs", price="0.048",
              operation="RunInstances", per_day=Decimal(72))
    ]  # fmt: skip
    estate.items.append(item)
    values = usage.flat(has.get("idle", 1.0))
    if "days_ago" in has:
        values = usage.raised(values, days_ago=has["days_ago"], to=0.0, statistics=("Minimum",))
    age_days = stand.case.age_days or HISTORY_DAYS + 1
    values = usage.without(values, lambda ago: ago >= age_days or ago in has.get("missing", ()))
    put(estate, item, ("AWS/ElasticMapReduce", "IsIdle", "JobFlowId", native), values)


def _listed(asked: Asked) -> dict[str, Any]:
    wanted = asked.parameters.get("ClusterStates")
    clusters = [item.shape for item in asked.of("emr_cluster")]
    return {"Clusters": [one for one in clusters if not wanted or one["Status"]["State"] in wanted]}


def _scaling(asked: Asked) -> dict[str, Any]:
    for item in asked.of("emr_cluster"):
        if item.shape["Id"] == asked.parameters["ClusterId"]:
            return dict(item.facts["scaling"])
    raise Refusal("InvalidRequestException", "Cluster id is not valid.")


ANSWERS = (
    Answered(
        service="emr",
        operation="ListClusters",
        action="elasticmapreduce:ListClusters",
        make=_listed,
        honours=frozenset({"ClusterStates"}),
    ),
    Answered(
        service="emr",
        operation="GetManagedScalingPolicy",
        action="elasticmapreduce:GetManagedScalingPolicy",
        make=_scaling,
        honours=frozenset({"ClusterId"}),
        tried_with=lambda estate: {"ClusterId": estate.of("emr_cluster")[0].shape["Id"]},
    ),
)
