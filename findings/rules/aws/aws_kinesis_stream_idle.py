"""A data stream is charged by the hour, whether anything is put into it or not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.messaging import Stream
from findings.rule import ALL, BillExpects, Fine, Rule, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

# Kinesis documents that both have a value for each put and each read: where there are none, nothing is reported.
PUT = Metric(name="IncomingBytes", statistic="Sum", unit="bytes", is_silent_at_zero=True)
READ = Metric(name="GetRecords.Bytes", statistic="Sum", unit="bytes", is_silent_at_zero=True)


def judge(stream: Stream, *, usage: Usage, idle_days: int) -> Verdict:
    if stream.state != "ACTIVE":
        return Fine()
    days = (*usage.days(PUT, days=idle_days), *usage.days(READ, days=idle_days))
    if any((value or 0) > 0 for value in days):
        return Fine()
    young = unmeasured(stream, since=stream.created_at, days=idle_days, what="what is put and read")
    if isinstance(young, Fine) or None in days:
        return young
    if stream.created_at is None:
        return Unknown("when it was made")
    return Waste(
        saves=ALL,
        because=f"Nothing was put into it or read from it on any of the last {counted(idle_days, 'day')}; "
        f"it is charged by the hour{' of each shard' if stream.mode == 'PROVISIONED' else ''}.",
    )


rule = Rule(
    id="aws_kinesis_stream_idle",
    title="Kinesis stream into which nothing is put",
    looks_at=Stream,
    settings={"idle_days": 14},
    action="See who would put into it and read from it, then delete the stream.",
    docs="https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-delete-stream.html",
    judge=judge,
    metrics=(PUT, READ),
    window_days=14,
    rollback="Make the stream again under the same name; what lay in it is gone.",
    hint="aws kinesis delete-stream --region {region} --stream-name {native_id}",
    bill=BillExpects(
        prices=("PutRequestPayloadUnits", "OnDemand-BilledIncomingBytes"),
        at_most=lambda _: Decimal(0),
        says="so something is put into it",
    ),
)
