"""Neptune: the instances of its clusters, read through the API of RDS that it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.provider import Collector, MetricPlace
from connections.providers.aws.database_calls import DESCRIBE_CLUSTERS, DESCRIBE_DATABASES, members, of_cluster
from connections.resources.clusters import GraphInstance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing


def collect(reader: Reader) -> Iterator[Thing]:
    """Every instance of one region's clusters."""
    yield from members(reader, GraphInstance, engine="neptune")


def _place(instance: GraphInstance) -> MetricPlace | None:
    return of_cluster(instance, namespace="AWS/Neptune")


COLLECTOR = Collector(
    service="neptune",
    needs={GraphInstance: (DESCRIBE_DATABASES, DESCRIBE_CLUSTERS)},
    calls=(DESCRIBE_DATABASES, DESCRIBE_CLUSTERS),
    collect=collect,
    places={GraphInstance: _place},
    billed_as=("Amazon Neptune",),
)
