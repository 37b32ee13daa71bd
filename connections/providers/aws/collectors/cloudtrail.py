"""CloudTrail: trails with which management events they log, each laid beside the others. No event is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.trails import Trail

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

NOBODYS = "costframe-none"
DESCRIBE_TRAILS = Call(
    service="cloudtrail",
    operation="DescribeTrails",
    action="cloudtrail:DescribeTrails",
    why="Lists trails, the organisation's too.",
    cheapest={"includeShadowTrails": False},
)
GET_SELECTORS = Call(
    service="cloudtrail",
    operation="GetEventSelectors",
    action="cloudtrail:GetEventSelectors",
    why="Tells which kinds of events a trail logs; not the events.",
    cheapest={"TrailName": NOBODYS},
    answers_cheapest=frozenset({"TrailNotFoundException"}),
    withheld=("EventSelectors.DataResources",),
)
GET_STATUS = Call(
    service="cloudtrail",
    operation="GetTrailStatus",
    action="cloudtrail:GetTrailStatus",
    why="Tells whether a trail logs at all, and when it last delivered.",
    cheapest={"Name": NOBODYS},
    answers_cheapest=frozenset({"TrailNotFoundException"}),
    withheld=("LatestCloudWatchLogsDeliveryError", "LatestDeliveryError", "LatestDigestDeliveryError",
              "LatestNotificationError"),
)  # fmt: skip
KINDS = {"All": {"read", "write"}, "ReadOnly": {"read"}, "WriteOnly": {"write"}}
# A trail delivers every few minutes. One whose bucket is gone or refuses it logs on, and keeps nothing.
LATE = timedelta(days=1)
READ_ONLY = {("true",): {"read"}, ("false",): {"write"}, (): {"read", "write"}}
PLAIN = {("eventCategory", "Equals"), ("readOnly", "Equals"), ("eventSource", "NotEquals")}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A trail with what decides whether another one logs the same. `excluded` are services that it leaves out.

    `is_filtered`: it leaves out more than that. `has_global`: events of services without a region are among them.
    `delivers`: it has brought something to its bucket of late. `feeds` a log group or a topic of the account itself.
    `finds_unusual`: CloudTrail Insights looks through what it logs, and through nothing that it does not log.
    """

    trail: Trail
    home_region: str
    excluded: frozenset[str] = frozenset()
    is_filtered: bool = False
    has_global: bool = True
    delivers: bool = True
    feeds: bool = False
    finds_unusual: bool = False

    @property
    def is_known(self) -> bool:
        if self.trail.is_logging is False or self.trail.logs == ():
            return True
        return self.trail.is_logging is not None and self.trail.logs is not None and self.delivers

    def takes_in(self, other: Seen) -> bool:
        """Whether it logs whatever `other` logs, wherever that does."""
        is_there = self.trail.is_multi_region or (
            not other.trail.is_multi_region and self.home_region == other.home_region
        )
        logs = bool(self.trail.is_logging) and self.delivers and not self.is_filtered
        kinds = set(other.trail.logs or ()) <= set(self.trail.logs or ())
        has_global = self.has_global or not other.has_global
        is_looked_through = self.finds_unusual or not other.finds_unusual
        return is_there and logs and kinds and has_global and is_looked_through and self.excluded <= other.excluded

    @property
    def order(self) -> tuple[bool, bool, str]:
        """Of two alike the lower one is to be kept."""
        return (not self.trail.is_organization, not self.feeds, self.trail.resource_id)


def collect(reader: Reader) -> Iterator[Thing]:
    """The account's own trails whose home is the region, laid beside all that log there."""
    listed = reader.listing(DESCRIBE_TRAILS, result="trailList", row=lambda item: item, kinds=(Trail.KIND,)).rows
    if not any(_is_own(reader, item) for item in listed):
        return
    seen = reader.together(*(partial(_seen, reader, item) for item in listed))
    tags = tags_by_arn(reader, "cloudtrail:trail")
    for item, one in zip(listed, seen, strict=True):
        if _is_own(reader, item):
            yield replace(laid_beside(one, seen), tags=tags.get(one.trail.resource_id, {}))


def laid_beside(one: Seen, all_seen: list[Seen]) -> Trail:
    """The trail with those that log the same. None where one that could not be read may, and no other does."""
    others = [other for other in all_seen if other.trail.resource_id != one.trail.resource_id]
    doubling = [
        other for other in others if other.takes_in(one) and not (one.takes_in(other) and one.order < other.order)
    ]
    if not doubling and not all(other.is_known for other in others):
        return one.trail
    names = tuple(sorted(other.trail.name for other in doubling))
    return replace(one.trail, doubled_by=names, feeds_alone=one.feeds and not any(other.feeds for other in doubling))


def _is_own(reader: Reader, item: dict[str, Any]) -> bool:
    return item.get("HomeRegion") == reader.region and f":{reader.account_id}:" in item["TrailARN"]


def _seen(reader: Reader, item: dict[str, Any]) -> Seen:
    arn = item["TrailARN"]
    status = reader.one(GET_STATUS, Name=arn)
    trail = Trail(
        resource_id=arn,
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("Name", ""),
        is_multi_region=bool(item.get("IsMultiRegionTrail")),
        is_organization=bool(item.get("IsOrganizationTrail")),
        is_logging=None if status is None else bool(status.get("IsLogging")),
    )
    fed = (item.get("CloudWatchLogsLogGroupArn", ""), item.get("SnsTopicARN", ""))
    seen = Seen(
        trail=trail,
        home_region=item.get("HomeRegion", ""),
        has_global=bool(item.get("IncludeGlobalServiceEvents")),
        delivers=delivers_of_late(status or {}, at=reader.at),
        feeds=any(f":{reader.account_id}:" in place for place in fed),
        finds_unusual=bool(item.get("HasInsightSelectors")),
    )
    selectors = reader.one(GET_SELECTORS, TrailName=arn)
    return seen if selectors is None else with_events(seen, selectors)


def delivers_of_late(status: dict[str, Any], *, at: datetime) -> bool:
    """Whether the trail brought something to its bucket within the last day, by what GetTrailStatus answers."""
    delivered_at = status.get("LatestDeliveryTime")
    return delivered_at is not None and at - delivered_at <= LATE


def with_events(seen: Seen, selectors: dict[str, Any]) -> Seen:
    """The trail with the management events that its selectors let in, as the API answers them in either form."""
    kinds: set[str] = set()
    left_out: list[set[str]] = []
    is_filtered = False
    for basic in selectors.get("EventSelectors", ()):
        if basic.get("IncludeManagementEvents", True):
            kinds |= KINDS[basic.get("ReadWriteType", "All")]
            left_out.append(set(basic.get("ExcludeManagementEventSources", ())))
    for advanced in selectors.get("AdvancedEventSelectors", ()):
        told = {
            (field["Field"], word): tuple(values)
            for field in advanced["FieldSelectors"]
            for word, values in field.items()
            if word != "Field" and values
        }
        if told.get(("eventCategory", "Equals")) == ("Management",):
            kinds |= READ_ONLY.get(told.get(("readOnly", "Equals"), ()), {"read", "write"})
            left_out.append(set(told.get(("eventSource", "NotEquals"), ())))
            is_filtered |= not set(told) <= PLAIN
    return replace(
        seen,
        trail=replace(seen.trail, logs=tuple(sorted(kinds))),
        excluded=frozenset(set.intersection(*left_out) if left_out else ()),
        is_filtered=is_filtered or any(some != left_out[0] for some in left_out),
    )


COLLECTOR = Collector(
    service="cloudtrail",
    needs={Trail: (DESCRIBE_TRAILS, GET_SELECTORS, GET_STATUS)},
    calls=(DESCRIBE_TRAILS, GET_SELECTORS, GET_STATUS, GET_RESOURCES),
    collect=collect,
    billed_as=("AWS CloudTrail",),
)
