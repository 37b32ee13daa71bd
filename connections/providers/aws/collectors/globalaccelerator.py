"""Global Accelerator: accelerators, which one region answers for wherever their traffic goes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, MetricPlace, Scope
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.edge import Accelerator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_ACCELERATORS = Call(
    service="globalaccelerator",
    operation="ListAccelerators",
    action="globalaccelerator:ListAccelerators",
    why="Lists accelerators with their state.",
    cheapest={"MaxResults": 1},
    withheld=("Accelerators.Events",),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every standard accelerator of the account, with its tags. Custom routing is another kind, and is not read."""
    found = reader.listing(
        LIST_ACCELERATORS,
        result="Accelerators",
        row=lambda item: _accelerator(reader, item),
        kinds=(Accelerator.KIND,),
        page_size=100,
    ).rows
    tags = tags_by_arn(reader, "globalaccelerator:accelerator") if found else {}
    for accelerator in found:
        yield replace(accelerator, tags=tags.get(accelerator.resource_id, {}))


def _accelerator(reader: Reader, item: dict[str, Any]) -> Accelerator:
    return Accelerator(
        resource_id=item["AcceleratorArn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=item.get("Name", ""),
        created_at=item.get("CreatedTime"),
        state=item.get("Status", ""),
        is_enabled=bool(item.get("Enabled")),
    )


def _place(accelerator: Accelerator) -> MetricPlace:
    """The last part of the ARN is what CloudWatch knows it by."""
    return MetricPlace(
        namespace="AWS/GlobalAccelerator",
        dimensions=(("Accelerator", accelerator.resource_id.rpartition("/")[2]),),
    )


COLLECTOR = Collector(
    service="globalaccelerator",
    needs={Accelerator: (LIST_ACCELERATORS,)},
    calls=(LIST_ACCELERATORS, GET_RESOURCES),
    collect=collect,
    places={Accelerator: _place},
    scope=Scope.GLOBAL,
    home_region="us-west-2",
    billed_as=("AWS Global Accelerator",),
)
