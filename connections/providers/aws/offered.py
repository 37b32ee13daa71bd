"""Which services AWS has in which region, by botocore's own list of endpoints. No call is made."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from botocore.exceptions import UnknownRegionError
from botocore.session import Session

if TYPE_CHECKING:
    from connections.provider import Collector


def is_offered(collector: Collector, *, region: str) -> bool:
    """Whether a collector's service may be there in a region.

    False only where every service that lists one of its kinds is known to be regional and has no endpoint there. A
    service without regions (IAM) and a region that botocore does not know say nothing, and count as there.
    """
    services = {needed[0].service for needed in collector.needs.values()}
    return any(may_have(service, region) for service in services)


def may_have(service: str, region: str) -> bool:
    """Whether one service may be there: as `is_offered` has it of all that list a collector's kinds."""
    partition = _partition_of(region)
    if region not in _regions_with("ec2", partition):  # no region is without it, so this one is newer than botocore
        return True
    regions = _regions_with(service, partition)
    return not regions or region in regions


@cache
def _session() -> Session:
    """Of its data alone: it makes no client."""
    return Session()


@cache
def _partition_of(region: str) -> str:
    try:
        return str(_session().get_partition_for_region(region))
    except UnknownRegionError:
        return ""


@cache
def _regions_with(service: str, partition: str) -> frozenset[str]:
    return frozenset(_session().get_available_regions(service, partition_name=partition)) if partition else frozenset()
