"""Log groups: written to and kept for ever, written to no longer, and those that only seem so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import GIB, Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.names import LAB, SHOP
from sandbox.aws.shaped import Answered
from sandbox.aws.usage import MIB

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

FOREVER, STALE = "aws_logs_group_without_retention", "aws_logs_group_stale"
BILLED_AS = "AmazonCloudWatch"
SERVICES = {BILLED_AS: ("Management and Governance", "Observability", "AmazonCloudWatch")}
RESOURCE_TYPES = {"log_group": "Log Group"}
COMPRESSED = Decimal("0.15")  # what is stored is billed compressed
QUIET = {"is_quiet": True}
CENTRAL = (LAB, "ap-southeast-2")  # where the logs of other accounts are copied to
CASES = {
    "written_forever": Case(count=4, wastes=(FOREVER,), untold=(FOREVER,), has={"gib": 40}),
    "written_rarely": Case(
        count=2,
        wastes=(FOREVER,),
        untold=(FOREVER,),
        has={"gib": 9, "days_ago": (12,)},
        trap="nothing came in for days, but on one of the last 45",
    ),
    "stale_forever": Case(count=4, wastes=(FOREVER, STALE), untold=(FOREVER,), has={"gib": 25} | QUIET),
    "kept_for_a_time": Case(count=4, has={"gib": 30, "retention": 90}),
    "stale_with_retention": Case(
        count=2, has={"gib": 18, "retention": 400} | QUIET, trap="written to no longer, but it empties itself"
    ),
    "stale_small": Case(count=2, has={"gib": 0.2} | QUIET, trap="kept for ever, but next to nothing"),
    "delivered": Case(has={"gib": 3, "class": "DELIVERY"}, trap="kept for ever by name, but its class keeps a day"),
    "stale_new": Case(age_days=21, has={"gib": 6} | QUIET, trap="nothing comes in, but it is three weeks old"),
    "stale_kept": Case(
        count=2, tags={"retain": "true"}, has={"gib": 14} | QUIET, trap="stale and for ever, but tagged to be retained"
    ),
    "kept_by_policy": Case(
        has={"gib": 16, "policy": "keep-all"} | QUIET, trap="stale and for ever, by a policy of the account"
    ),
    "stale_central": Case(
        count=2,
        wastes=(FOREVER,),
        untold=(FOREVER,),
        unknowns=(STALE,),
        has={"gib": 60, "is_central": True} | QUIET,
        trap="nothing comes in by itself, but logs of other accounts are copied to where it stands",
    ),
    "stale_protected": Case(
        wastes=(FOREVER,),
        untold=(FOREVER,),
        has={"gib": 12, "is_protected": True} | QUIET,
        trap="stale, but protected against deletion",
    ),
    "stale_infrequent": Case(
        count=2,
        wastes=(FOREVER,),
        untold=(FOREVER,),
        unknowns=(STALE,),
        has={"gib": 22, "class": "INFREQUENT_ACCESS"} | QUIET,
        trap="no usage of its class is told",
    ),
    "size_untold": Case(count=2, unknowns=(FOREVER,), has={"gib": None}, trap="for ever, but nobody says how much"),
    "stale_size_untold": Case(
        unknowns=(FOREVER, STALE), has={"gib": None} | QUIET, trap="stale, of a size that nobody tells"
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _group(draw, estate, stand)


def _group(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, name = stand.case.has, f"/northwind/{stand.label}"
    if has.get("is_central"):
        stand = replace(stand, account=CENTRAL[0], region=CENTRAL[1])
    arn = stand.arn("logs", f"log-group:{name}")
    item = stand.item(draw, kind="log_group", native_id=arn, bill_id=arn, rules=(FOREVER, STALE))
    item.name = name
    shape: dict[str, Any] = {
        "logGroupName": name,
        "creationTime": int(item.created_at.timestamp() * 1000),
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "metricFilterCount": 0,
        "logGroupClass": has.get("class", "STANDARD"),
        "deletionProtectionEnabled": has.get("is_protected", False),
        "retentionInDays": has.get("retention"),
        "retentionPolicyName": has.get("policy"),
        "storedBytes": None if has["gib"] is None else int(has["gib"] * GIB),
    }
    item.shape = {member: value for member, value in shape.items() if value is not None}
    stored = Decimal(str(has["gib"] or 5)) * COMPRESSED
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="TimedStorage-ByteHrs", unit="GB-Mo", price="0.03",
              operation="HourlyStorageMetering", held=stored)
    ]  # fmt: skip
    estate.items.append(item)
    if has.get("is_central"):
        came = usage.counter(draw.random, low=40 * MIB, high=900 * MIB)
        put(estate, item, ("AWS/Logs", "IncomingCopiedBytes", "SourceAccount", SHOP, "SourceRegion", "us-east-1"), came)
    if has.get("is_quiet"):
        return  # CloudWatch tells nothing of a group to which nothing is written
    values = usage.counter(draw.random, low=40 * MIB, high=900 * MIB)
    if "days_ago" in has:
        values = usage.without(values, lambda ago: ago not in has["days_ago"])
    put(estate, item, ("AWS/Logs", "IncomingBytes", "LogGroupName", name), values)
    if "days_ago" not in has:
        item.charges.append(
            meter(draw, item, service=BILLED_AS, name="DataProcessing-Bytes", unit="GB", price="0.5",
                  operation="PutLogEvents", per_day=Decimal("0.4"))
        )  # fmt: skip


def _described(asked: Asked) -> dict[str, Any]:
    return {"logGroups": [item.shape for item in asked.of("log_group")]}


ANSWERS = (Answered(service="logs", operation="DescribeLogGroups", make=_described, largest=50),)
