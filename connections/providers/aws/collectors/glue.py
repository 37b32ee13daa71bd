"""Glue: jobs by name. Their arguments, scripts and connections hold secrets and are not asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.provider import Call, Collector
from connections.resources.workflows import GlueJob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_JOBS = Call(
    service="glue",
    operation="ListJobs",
    action="glue:ListJobs",
    why="Lists jobs by name; not what they run or with which arguments.",
    cheapest={"MaxResults": 1},
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every job of one region."""
    yield from reader.listing(
        LIST_JOBS, result="JobNames", row=lambda name: _job(reader, str(name)), kinds=(GlueJob.KIND,), page_size=100
    ).rows


def _job(reader: Reader, name: str) -> GlueJob:
    return GlueJob(
        resource_id=f"arn:aws:glue:{reader.region}:{reader.account_id}:job/{name}",
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=name,
    )


COLLECTOR = Collector(
    service="glue",
    needs={GlueJob: (LIST_JOBS,)},
    calls=(LIST_JOBS,),
    collect=collect,
    billed_as=("AWS Glue",),
)
