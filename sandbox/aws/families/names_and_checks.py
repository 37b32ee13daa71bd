"""Zones of names and health checks: filled, empty, used by records, checks, alarms and protections, or by nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import usage
from sandbox.aws.cases import Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered, Pages
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate, Item
    from sandbox.aws.shaped import Asked

UNUSED, EMPTY = "aws_route53_health_check_unused", "aws_route53_hosted_zone_empty"
HOME = "us-east-1"
BILLED_AS = "Amazon Route 53"
SERVICES = {BILLED_AS: ("Networking", "Content Delivery", "AmazonRoute53")}
RESOURCE_TYPES = {"hosted_zone": "Hosted Zone", "health_check": "Health Check"}
ZONES = {
    "zone_filled": Case(count=4, has={"records": 6}),
    "zone_empty": Case(count=3, wastes=(EMPTY,)),
    "zone_private": Case(count=2, has={"is_private": True}, trap="empty, but a private one may hide public names"),
    "zone_linked": Case(has={"linked": "servicediscovery.amazonaws.com"}, trap="empty, but Cloud Map keeps it"),
    "zone_one_record": Case(has={"records": 3}, trap="one record of its own, which is enough"),
    "zone_untold": Case(count=2, unknowns=(EMPTY,), has={"records": None}, trap="how many records it has is not told"),
}
# `by` is what stands on the check; `days` how long its status is known for.
CHECKS = {
    "check_of_record": Case(count=3, has={"by": "record"}),
    "check_unused": Case(count=4, wastes=(UNUSED,)),
    "check_of_check": Case(has={"by": "check"}, trap="no record stands on it, but another check is worked out from it"),
    "check_of_alarm": Case(has={"by": "alarm"}, trap="no record stands on it, but an alarm watches it"),
    "check_of_sum": Case(has={"by": "sum"}, trap="no record stands on it, but an alarm on a sum of checks does"),
    "check_of_shield": Case(has={"by": "shield"}, trap="no record stands on it, but Shield Advanced goes by it"),
    "check_linked": Case(has={"linked": "servicediscovery.amazonaws.com"}, trap="unused, but Cloud Map keeps it"),
    "check_of_recovery": Case(has={"type": "RECOVERY_CONTROL"}, trap="unused, but a recovery controller's switch"),
    "check_young": Case(unknowns=(UNUSED,), has={"days": 9}, trap="unused, but its status is known for nine days only"),
    "check_switched_off": Case(unknowns=(UNUSED,), has={"days": 0}, trap="unused and switched off: it has no status"),
}
PARENT = Case(count=2, has={"by": "record", "type": "CALCULATED"})


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, ZONES):
        _zone(draw, estate, replace(stand, region=HOME))
    # Last, those that are worked out from others, of the same account.
    for stand in stands(draw, CHECKS | {"check_calculated": PARENT}):
        _check(draw, estate, replace(stand, region=HOME))


def _zone(draw: Draw, estate: Estate, stand: Stand) -> None:
    has, zone_id = stand.case.has, f"Z{draw.hex(20).upper()}"
    arn = f"arn:aws:route53:::hostedzone/{zone_id}"
    item = stand.item(draw, kind="hosted_zone", native_id=arn, bill_id=arn, rules=(EMPTY,))
    item.name = f"{stand.label}.northwind.example"
    records = has.get("records", 2)
    item.shape = {
        "Id": f"/hostedzone/{zone_id}",
        "Name": f"{item.name}.",
        "CallerReference": draw.hex(12),
        "Config": {"Comment": "ask network", "PrivateZone": bool(has.get("is_private"))},
        **({} if records is None else {"ResourceRecordSetCount": records}),
        **({"LinkedService": {"ServicePrincipal": has["linked"]}} if "linked" in has else {}),
    }
    item.facts["records"] = 3 if records is None else records
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="HostedZone", unit="HostedZone", price="0.50",
              operation="", held=Decimal(1))
    ]  # fmt: skip
    estate.items.append(item)


def _check(draw: Draw, estate: Estate, stand: Stand) -> None:
    has = stand.case.has
    own = "-".join(draw.hex(length) for length in (8, 4, 4, 4, 12))
    arn = f"arn:aws:route53:::healthcheck/{own}"
    item = stand.item(draw, kind="health_check", native_id=arn, bill_id=arn, rules=(UNUSED,))
    kind = has.get("type", "HTTPS")
    said: dict[str, Any] = {"Type": kind}
    if kind == "HTTPS":
        said |= {"FullyQualifiedDomainName": "www.northwind.example", "ResourcePath": "/health?key=s3cret", "Port": 443}
    if kind == "CALCULATED":
        own_checks = [one for one in estate.of("health_check") if one.account == stand.account]
        children = [one for one in own_checks if one.facts["by"] == "check"]
        said |= {"HealthThreshold": 1, "ChildHealthChecks": [one.shape["Id"] for one in children]}
    item.shape = {
        "Id": own,
        "CallerReference": draw.hex(12),
        "HealthCheckConfig": said | ({"Disabled": True} if has.get("days") == 0 else {}),
        "HealthCheckVersion": 1,
        **({"LinkedService": {"ServicePrincipal": has["linked"]}} if "linked" in has else {}),
    }
    item.facts["by"] = has.get("by", "")
    if kind != "RECOVERY_CONTROL":
        item.charges = [
            meter(draw, item, service=BILLED_AS, name="Health-Check-Non-AWS", unit="Health Checks", price="0.75",
                  operation="", held=Decimal(1))
        ]  # fmt: skip
    estate.items.append(item)
    known = usage.without(usage.flat(1.0), lambda ago: ago > has.get("days", 45))
    put(estate, item, ("AWS/Route53", "HealthCheckStatus", "HealthCheckId", own), known)


def _used(asked: Asked, by: str) -> list[str]:
    return [item.shape["Id"] for item in asked.of("health_check") if item.facts["by"] == by]


def _listed(asked: Asked, kind: str, name: str) -> dict[str, Any]:
    return {name: [item.shape for item in asked.of(kind)], "Marker": "", "IsTruncated": False, "MaxItems": "100"}


def _records(asked: Asked) -> dict[str, Any]:
    """The records of one zone. The filled ones' stand on the checks that records are to stand on."""
    zones = [item for item in asked.of("hosted_zone") if item.shape["Id"].endswith(asked.parameters["HostedZoneId"])]
    if not zones:
        raise Refusal("NoSuchHostedZone", "No hosted zone found with that ID.", status=404)
    return {"ResourceRecordSets": _sets(asked, zones[0]), "IsTruncated": False, "MaxItems": "300"}


def _sets(asked: Asked, zone: Item) -> list[dict[str, Any]]:
    name = zone.shape["Name"]
    own = [
        {"Name": name, "Type": kind, "TTL": 900, "ResourceRecords": [{"Value": "ns-1.awsdns-01.example."}]}
        for kind in ("NS", "SOA")
    ]
    more = [
        {"Name": f"host-{number}.{name}", "Type": "TXT", "TTL": 300, "ResourceRecords": [{"Value": '"token=s3cret"'}]}
        for number in range(zone.facts["records"] - len(own))
    ]
    for record, check_id in zip(more, _used(asked, "record") if zone.case == "zone_filled" else (), strict=False):
        record |= {"HealthCheckId": check_id, "SetIdentifier": check_id, "Failover": "PRIMARY"}
    return own + more


def alarms(asked: Asked) -> list[dict[str, Any]]:
    """The alarms that look at a health check, alone or in a sum, and one that looks at something else."""

    def dimensions(check_id: str) -> dict[str, Any]:
        named = [{"Name": "HealthCheckId", "Value": check_id}]
        return {"Namespace": "AWS/Route53", "MetricName": "HealthCheckStatus", "Dimensions": named}

    plain = [{"AlarmName": f"down-{one[:8]}", **dimensions(one)} for one in _used(asked, "alarm")]
    parts = [
        {"Id": "m0", "MetricStat": {"Metric": dimensions(one), "Period": 60, "Stat": "Minimum"}}
        for one in _used(asked, "sum")
    ]
    sums = [{"AlarmName": "sum", "Metrics": parts}]
    other = {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Dimensions": []}
    found = [*plain, *sums, {"AlarmName": "queue", "AlarmDescription": "call 555", **other}]
    arn = f"arn:aws:cloudwatch:{asked.region}:{asked.account}:alarm:"
    return [{"AlarmArn": f"{arn}{one['AlarmName']}", "StateValue": "OK", **one} for one in found]


def _protections(asked: Asked) -> dict[str, Any]:
    ids = _used(asked, "shield")
    if not ids:
        raise Refusal("ResourceNotFoundException", "The subscription does not exist.")
    others = [{"Id": f"{name:0>36}", "Name": name} for name in ("shop-1", "shop-2")]
    return {"Protections": [*({"Id": one, "Name": "shop", "HealthCheckIds": [one]} for one in ids), *others]}


def _marked(items: str) -> Pages:
    return Pages(token="Marker", limit="MaxItems", next_token="NextMarker", items=items, more="IsTruncated")  # noqa: S106


ANSWERS = (
    Answered(
        service="route53",
        operation="ListHostedZones",
        make=lambda asked: _listed(asked, "hosted_zone", "HostedZones"),
        pages=_marked("HostedZones"),
    ),
    Answered(
        service="route53",
        operation="ListHealthChecks",
        make=lambda asked: _listed(asked, "health_check", "HealthChecks"),
        pages=_marked("HealthChecks"),
    ),
    Answered(
        service="route53",
        operation="ListResourceRecordSets",
        make=_records,
        honours=frozenset({"HostedZoneId"}),
        pages=Pages(
            token="StartRecordName",  # noqa: S106 - of a page
            limit="MaxItems",
            next_token="NextRecordName",  # noqa: S106 - of a page
            items="ResourceRecordSets",
            more="IsTruncated",
            largest=300,
        ),
        tried_with=lambda estate: {
            "HostedZoneId": next(
                item.shape["Id"].rpartition("/")[2] for item in estate.of("hosted_zone") if item.case == "zone_filled"
            )
        },
    ),
    Answered(service="shield", operation="ListProtections", make=_protections),
)
