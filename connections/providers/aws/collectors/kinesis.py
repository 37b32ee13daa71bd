"""Kinesis: data streams. What is in them is never read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connections.provider import Call, Collector, MetricPlace
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.messaging import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_STREAMS = Call(
    service="kinesis",
    operation="ListStreams",
    action="kinesis:ListStreams",
    why="Lists data streams with their mode and state; no record is read.",
    cheapest={"Limit": 1},
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every data stream of one region, with its tags."""
    found = reader.listing(
        LIST_STREAMS,
        result="StreamSummaries",
        row=lambda item: Stream(
            resource_id=item["StreamARN"],
            account_id=reader.account_id,
            region=reader.region,
            observed_at=reader.at,
            name=item["StreamName"],
            created_at=item.get("StreamCreationTimestamp"),
            state=item.get("StreamStatus", ""),
            mode=item.get("StreamModeDetails", {}).get("StreamMode", ""),
        ),
        kinds=(Stream.KIND,),
        page_size=100,
    )
    tags = tags_by_arn(reader, "kinesis:stream") if found.rows else {}
    for stream in found.rows:
        yield replace(stream, tags=tags.get(stream.resource_id, {}))


def _place(stream: Stream) -> MetricPlace:
    return MetricPlace(namespace="AWS/Kinesis", dimensions=(("StreamName", stream.name),))


COLLECTOR = Collector(
    service="kinesis",
    needs={Stream: (LIST_STREAMS,)},
    calls=(LIST_STREAMS, GET_RESOURCES),
    collect=collect,
    places={Stream: _place},
    billed_as=("Amazon Kinesis",),
)
