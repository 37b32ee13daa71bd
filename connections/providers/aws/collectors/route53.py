"""Route 53: zones, and health checks with whatever stands on them. What a record points to is not even parsed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace, Scope
from connections.providers.aws.alarms import DESCRIBE_ALARMS
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.dns import HealthCheck, HostedZone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connections.providers.aws.reader import Listing, Reader
    from connections.resources import Thing

LIST_ZONES = Call(
    service="route53",
    operation="ListHostedZones",
    action="route53:ListHostedZones",
    why="Lists zones of names with how many records each has.",
    cheapest={"MaxItems": "1"},
    withheld=("HostedZones.Config.Comment", "HostedZones.LinkedService.Description"),
    kept={"HostedZones.ResourceRecordSetCount": "How many records there are; none of them."},
)
LIST_CHECKS = Call(
    service="route53",
    operation="ListHealthChecks",
    action="route53:ListHealthChecks",
    why="Lists health checks with their type.",
    cheapest={"MaxItems": "1"},
    withheld=(
        "HealthChecks.HealthCheckConfig.ResourcePath",
        "HealthChecks.HealthCheckConfig.SearchString",
        "HealthChecks.LinkedService.Description",
    ),
)
LIST_RECORDS = Call(
    service="route53",
    operation="ListResourceRecordSets",
    action="route53:ListResourceRecordSets",
    why="Tells which health checks a record stands on; what a record points to is not read.",
    cheapest={"HostedZoneId": "Z00000000000000000000", "MaxItems": "1"},
    answers_cheapest=frozenset({"NoSuchHostedZone"}),
    withheld=("ResourceRecordSets.ResourceRecords", "ResourceRecordSets.AliasTarget"),
    kept={
        "ResourceRecordSets": "The list itself: names and types, and which health check stands behind; no value of any."
    },
)
LIST_PROTECTIONS = Call(
    service="shield",
    operation="ListProtections",
    action="shield:ListProtections",
    why="Tells which health checks Shield Advanced goes by, where you have it.",
    cheapest={"MaxResults": 1},
    answers_cheapest=frozenset({"ResourceNotFoundException"}),
    absent=frozenset({"ResourceNotFoundException"}),  # no subscription, and so no protection
)
MADE_WITH = 2  # sets of records that every zone has


def collect(reader: Reader) -> Iterator[Thing]:
    """Every zone and every health check of the account. What stands on checks is asked for only where there are any."""
    zones: Listing[Any]
    checks: Listing[Any]
    zones, checks = reader.together(partial(_zones, reader), partial(_checks, reader))
    if not zones.rows and not checks.rows:
        return
    tags = tags_by_arn(reader, "route53:hostedzone", "route53:healthcheck")
    for zone in zones.rows:
        yield replace(zone, tags=tags.get(zone.resource_id, {}))
    users, is_complete = _users(reader, zones, checks) if checks.rows else ({}, True)
    for check, _ in checks.rows:
        own = tags.get(check.resource_id, {})
        used_by = tuple(users.get(_own_id(check), ()))
        yield replace(check, name=own.get("Name", ""), tags=own, used_by=used_by if used_by or is_complete else None)


def _zones(reader: Reader) -> Listing[Any]:
    return reader.listing(
        LIST_ZONES,
        result="HostedZones",
        row=lambda item: HostedZone(
            resource_id=f"arn:aws:route53:::hostedzone/{item['Id'].rpartition('/')[2]}",
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=item["Name"].rstrip("."),
            record_count=item.get("ResourceRecordSetCount"),
            is_private=bool(item.get("Config", {}).get("PrivateZone")),
            managed_by=item.get("LinkedService", {}).get("ServicePrincipal", ""),
        ),
        kinds=(HostedZone.KIND,),
        page_size=100,
    )


def _checks(reader: Reader) -> Listing[Any]:
    """Each check with the ids of those that it is worked out from."""

    def row(item: dict[str, Any]) -> tuple[HealthCheck, tuple[str, ...]]:
        said = item.get("HealthCheckConfig", {})
        check = HealthCheck(
            resource_id=f"arn:aws:route53:::healthcheck/{item['Id']}",
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            check_type=said.get("Type", ""),
            is_disabled=bool(said.get("Disabled")),
            managed_by=item.get("LinkedService", {}).get("ServicePrincipal", ""),
        )
        return check, tuple(said.get("ChildHealthChecks", ()))

    return reader.listing(LIST_CHECKS, result="HealthChecks", row=row, kinds=(HealthCheck.KIND,), page_size=100)


def _users(reader: Reader, zones: Listing[Any], checks: Listing[Any]) -> tuple[dict[str, list[str]], bool]:
    """What stands on each check, by its id, and whether all that might was read. Alarms and protections are asked for
    only where some check is left without a record.
    """
    users: dict[str, list[str]] = {}
    filled = [zone for zone in zones.rows if zone.record_count is None or zone.record_count > MADE_WITH]
    records: list[Listing[Any]] = reader.together(*(partial(_stands_on, reader, zone) for zone in filled))
    for zone, of_zone in zip(filled, records, strict=True):
        _note(users, f"a record of {zone.name}", of_zone.rows)
    _note(users, "another health check", (children for _, children in checks.rows))
    if all(check.managed_by or _own_id(check) in users for check, _ in checks.rows):
        return users, True
    alarms: Listing[Any] = reader.listing(DESCRIBE_ALARMS, result="MetricAlarms", row=_watched, page_size=100)
    protections: Listing[Any] = reader.listing(
        LIST_PROTECTIONS, result="Protections", row=lambda item: item.get("HealthCheckIds"), page_size=100
    )
    _note(users, "an alarm", alarms.rows)
    _note(users, "a protection of Shield Advanced", protections.rows)
    return users, all(one.is_complete for one in (zones, checks, alarms, protections, *records))


def _note(users: dict[str, list[str]], user: str, used: Iterable[Iterable[str]]) -> None:
    for check_id in sorted({one for some in used for one in some}):
        users.setdefault(check_id, []).append(user)


def _stands_on(reader: Reader, zone: HostedZone) -> Listing[Any]:
    """The check of each record that stands on one."""
    return reader.listing(
        LIST_RECORDS,
        result="ResourceRecordSets",
        row=lambda item: (item["HealthCheckId"],) if item.get("HealthCheckId") else None,
        page_size=300,
        HostedZoneId=_own_id(zone),
    )


def _watched(item: dict[str, Any]) -> tuple[str, ...] | None:
    """The checks that an alarm watches, itself or in what it is worked out from."""
    inner = [one.get("MetricStat", {}).get("Metric", {}) for one in item.get("Metrics", ())]
    dimensions = [pair for one in (item, *inner) for pair in one.get("Dimensions", ())]
    return tuple(pair["Value"] for pair in dimensions if pair["Name"] == "HealthCheckId") or None


def _own_id(thing: Thing) -> str:
    return thing.resource_id.rpartition("/")[2]


def _place(check: HealthCheck) -> MetricPlace:
    return MetricPlace(namespace="AWS/Route53", dimensions=(("HealthCheckId", _own_id(check)),))


COLLECTOR = Collector(
    service="route53",
    needs={HostedZone: (LIST_ZONES,), HealthCheck: (LIST_CHECKS, LIST_RECORDS, DESCRIBE_ALARMS, LIST_PROTECTIONS)},
    calls=(LIST_ZONES, LIST_CHECKS, LIST_RECORDS, DESCRIBE_ALARMS, LIST_PROTECTIONS, GET_RESOURCES),
    collect=collect,
    places={HealthCheck: _place},
    scope=Scope.GLOBAL,
    home_region="us-east-1",
    billed_as=("Amazon Route 53",),
)
