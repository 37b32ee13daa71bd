"""DocumentDB: the instances of its clusters, read through the API of RDS that it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.provider import Collector, MetricPlace
from connections.providers.aws.database_calls import DESCRIBE_CLUSTERS, DESCRIBE_DATABASES, members, of_cluster
from connections.resources.clusters import DocumentInstance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing


def collect(reader: Reader) -> Iterator[Thing]:
    """Every instance of one region's clusters."""
    yield from members(reader, DocumentInstance, engine="docdb")


def _place(instance: DocumentInstance) -> MetricPlace | None:
    return of_cluster(instance, namespace="AWS/DocDB")


COLLECTOR = Collector(
    service="docdb",
    needs={DocumentInstance: (DESCRIBE_DATABASES, DESCRIBE_CLUSTERS)},
    calls=(DESCRIBE_DATABASES, DESCRIBE_CLUSTERS),
    collect=collect,
    places={DocumentInstance: _place},
    billed_as=("Amazon DocumentDB",),
)
